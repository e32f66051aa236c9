/** Answers for one replica in a process of its own: it enters events as fast as it is answered, and tells of each answer. */
import { text } from 'node:stream/consumers'
import { openDatabase } from '../../src/database/open.ts'
import { openTestSequencer, transferOf } from './sequenced.ts'

export interface Replica {
  readonly name: string
  readonly url: string
  readonly inFlight: number
  readonly milliseconds: number
}

/** An answer: key, index, size and root, and the leaf; the last two in base64. */
export type Told = readonly [key: string, index: number, size: number, root: string, leaf: string]

const { name, url, inFlight, milliseconds } = JSON.parse(await text(process.stdin)) as Replica
const database = await openDatabase({ kind: 'postgresql', url })
const sequencer = await openTestSequencer(database)
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))

const end = performance.now() + milliseconds
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

async function line(number: number): Promise<void> {
  for (let i = 0; performance.now() < end; i++) {
    const key = `${name}-${number}-${i}`
    const { index, size, root, leaf } = await sequencer.push(transferOf(key, 'EST', ['NLD']))
    process.send?.([key, index, size, base64(root), base64(leaf)] satisfies Told)
  }
}

await Promise.all(Array.from({ length: inFlight }, (_, number) => line(number)))
await sequencer.close()
await database.destroy()
process.disconnect()
