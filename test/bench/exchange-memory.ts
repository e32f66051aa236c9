/** Answers for how the memory of two gateways goes while they exchange: what both processes hold at each tenth of a run. */
import { exchangeAll } from './exchange-load.ts'
import { heldBy, type Pair } from './exchange-pair.ts'
import { printTable } from './table.ts'

export interface MemoryResult {
  readonly envelopes: number
  /** MiB resident at the beginning and after each tenth. */
  readonly sender: readonly number[]
  readonly receiver: readonly number[]
}

const parts = 10
const inFlight = 32

/** So many are sealed at a time: whoever seals for longer leaves connections idle until they are closed. */
const mostAtOnce = 400

/** What is sent is sealed bit by bit, so that it need not be held here. */
export async function measureMemory(
  pair: Pair,
  count: number,
  sealed: (count: number) => Promise<readonly Uint8Array[]>,
): Promise<MemoryResult> {
  const each = Math.max(inFlight, Math.round(count / parts))
  const sender = [await mebibytes(pair.sender)]
  const receiver = [await mebibytes(pair.receiver)]
  for (let part = 0; part < parts; part++) {
    for (let left = each; left > 0; left -= mostAtOnce)
      await exchangeAll(pair, await sealed(Math.min(left, mostAtOnce)), inFlight)
    sender.push(await mebibytes(pair.sender))
    receiver.push(await mebibytes(pair.receiver))
  }
  return { envelopes: parts * each, sender, receiver }
}

export function printMemory(results: Readonly<Record<string, MemoryResult>>): void {
  const counts = Object.values(results).map(({ envelopes }) => envelopes)
  console.log(
    `\nMiB resident (RSS), ${inFlight} in flight, ${counts[0] ?? 0} envelopes more, after each tenth of them`,
  )
  const heads = Array.from({ length: parts + 1 }, (_, i) => (i === 0 ? 'before' : `${10 * i} %`))
  const rows = Object.entries(results).flatMap(([name, { sender, receiver }]) => [
    [`${name}: sender`, ...sender.map((held) => held.toFixed(0))],
    [`${name}: receiver`, ...receiver.map((held) => held.toFixed(0))],
  ])
  printTable(['', ...heads], rows)
}

async function mebibytes(side: Pair['sender']): Promise<number> {
  return (await heldBy(side)) / 2 ** 20
}
