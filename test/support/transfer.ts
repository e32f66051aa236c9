/** Answers for one whole exchange as its two agencies see it, over HTTP, and for all that they were answered on the way. */
import type { PartyId } from '../../protocol/names.ts'
import type { PackageInput } from '../../src/client/client.ts'
import type { GatewayProcesses } from './gateway-processes.ts'
import { requestTo, surname } from './request.ts'

/** What a gateway told an agency that it has entered. */
interface Answered {
  readonly party: PartyId
  readonly index: number
  readonly receipt: Uint8Array
}

export interface Transfer {
  readonly id: string
  readonly from: PartyId
  readonly to: PartyId
  readonly bytes: Uint8Array
  readonly answers: readonly Answered[]
  /** As each side has it in the end; none where it was not asked for. */
  readonly evidence: readonly Uint8Array[]
}

/** Sends, receives, opens and acknowledges, until the sender knows; then each asks again, and is told the same. */
export async function transfer(
  from: GatewayProcesses,
  to: GatewayProcesses,
  key: string,
  proven = true,
): Promise<Transfer> {
  const request = requestOf(to.party)
  const sent = await from.client.package(request, key)
  const { id } = sent
  const recipient = async () => (await from.client.status(id)).recipients[0]
  await waitFor(`the relay of ${key}`, async () => (await recipient())?.relay === 'done')
  const bytes = await to.client.fetch(id)
  const [attestation] = (await to.client.content(id)).attestations
  if (!JSON.stringify(attestation).includes(surname)) throw new Error('other content than was sent')
  const answers: Answered[] = [{ party: from.party, ...sent }]
  for (const outcome of ['consigned', 'opened'] as const) {
    answers.push({ party: to.party, ...(await to.client.acknowledge(id, { outcome })) })
    await waitFor(
      `“${outcome}” of ${key}`,
      async () => (await recipient())?.acknowledgement?.outcome === outcome,
    )
  }
  await requireSameAnswers(from, to, request, key, answers)
  const evidence = proven ? [await from.client.evidence(id), await to.client.evidence(id)] : []
  return { id, from: from.party, to: to.party, bytes, answers, evidence }
}

function requestOf(to: PartyId): PackageInput {
  return requestTo([to], Math.floor(Date.now() / 1000))
}

/** An agency that asks again, for it may not have seen the answer, is told the same. */
async function requireSameAnswers(
  from: GatewayProcesses,
  to: GatewayProcesses,
  request: PackageInput,
  key: string,
  answers: readonly Answered[],
): Promise<void> {
  const again = await from.client.package(request, key)
  const id = again.id
  const indexes = [again.index]
  for (const outcome of ['consigned', 'opened'] as const) {
    indexes.push((await to.client.acknowledge(id, { outcome })).index)
  }
  const first = answers.map(({ index }) => index).join()
  if (first !== indexes.join()) throw new Error(`${key}: answered ${first}, and then ${indexes.join()}`)
}

/** Until nothing of any exchange is on its way any more. */
export async function settled(gateways: readonly GatewayProcesses[]): Promise<void> {
  for (const gateway of gateways) await drained(`the outbox of ${gateway.party}`, () => gateway.waiting())
}

async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  await drained(what, async () => ((await holds()) ? 0 : 1))
}

/** So long without any change. */
const mostMilliseconds = 180_000

async function drained(what: string, count: () => Promise<number>): Promise<void> {
  let deadline = performance.now() + mostMilliseconds
  let before = Number.NaN
  for (let pause = 20; ; pause = Math.min(2 * pause, 160)) {
    const left = await count()
    if (left === 0) return
    if (left !== before) deadline = performance.now() + mostMilliseconds
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}: ${left} are left`)
    before = left
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** What an inbox shows of the envelope. */
export async function inboxStates(reader: GatewayProcesses): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  for await (const { issuer, id, state } of reader.client.inbox()) {
    found.set(`${issuer}:${id}`, [...(found.get(`${issuer}:${id}`) ?? []), state])
  }
  return found
}

export function nameOf({ from, id }: Pick<Transfer, 'from' | 'id'>): string {
  return `${from}:${id}`
}
