/**
 * Answers for one audit, or the hashes of one, in a process of its own, whose memory is its own: it loads what the command
 * line loads for `pouch audit verify`, and nothing else.
 */
import { createSecretKey, hash, hkdfSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'

export type AuditOrder = CommandOrder | HashOrder

interface CommandOrder {
  readonly what: 'command'
  readonly args: readonly string[]
}

interface HashOrder {
  readonly what: 'hashes'
  readonly entries: number
  /** How many bytes are hashed for the fields of some records, which are hashed in turn; none where no record is shown. */
  readonly fields: readonly (readonly number[])[]
}

export interface Audited {
  readonly seconds: number
  readonly peakMegabytes: number
  /** What the command said. */
  readonly said: string
}

const order = JSON.parse(await text(process.stdin)) as AuditOrder
const start = performance.now()
const said = order.what === 'command' ? await command(order) : hashes(order)
const seconds = (performance.now() - start) / 1000
process.send?.({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024, said } satisfies Audited)
process.disconnect()

async function command({ args }: CommandOrder): Promise<string> {
  const { run } = await import('../../src/cli/program.ts')
  let out = ''
  const write = (words: string): void => void (out += words)
  await run(args, { out: write, err: write })
  return out
}

/** A leaf has 71 bytes with its prefix, a node 65; a tree has one node less than it has leaves. */
function hashes({ entries, fields }: HashOrder): string {
  const [leaf, node] = [new Uint8Array(71), new Uint8Array(65)]
  const inputs = fields.map((lengths) => lengths.map((length) => new Uint8Array(length)))
  for (let i = 0; i < entries; i++) {
    hash('sha256', leaf, 'binary')
    hash('sha256', node, 'binary')
    const record = inputs[i % inputs.length]
    if (record === undefined) continue
    const key = createSecretKey(node.subarray(0, 32))
    hkdfSync('sha256', key, leaf.subarray(0, 0), leaf, 32 * record.length)
    for (const input of record) hash('sha256', input, 'binary')
    for (let inner = 1; inner < record.length; inner++) hash('sha256', node, 'binary')
  }
  return ''
}
