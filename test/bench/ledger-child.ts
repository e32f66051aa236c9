/** Answers for one sequencer at 64 in flight in a process of its own, in which its fsyncs are counted. */
import { text } from 'node:stream/consumers'
import { BroadcastChannel } from 'node:worker_threads'
import { type DatabaseSource, openDatabase } from '../../src/database/open.ts'
import { openTestSequencer } from '../support/sequenced.ts'
import { fsyncChannel } from './ledger-fsync-counter.ts'
import { type Counted, flushesOfServer } from './ledger-fsyncs.ts'
import { sequencerSubject } from './ledger-subjects.ts'

const { source, seconds } = JSON.parse(await text(process.stdin)) as {
  readonly source: DatabaseSource
  readonly seconds: number
}

let told = 0
const channel = new BroadcastChannel(fsyncChannel)
channel.onmessage = () => {
  told += 1
}

const database = await openDatabase(source)
const sequencer = await openTestSequencer(database)
const flushes = (): Promise<number> =>
  source.kind === 'embedded' ? Promise.resolve(told) : flushesOfServer(database)
const batchesSoFar = async (): Promise<number> => {
  const { count } = await database
    .selectFrom('ledger_checkpoint')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

const before = { fsyncs: await flushes(), batches: await batchesSoFar() }
await sequencerSubject(sequencer, false).run(64, seconds * 500)
await sequencer.close()
const after = { fsyncs: await flushes(), batches: await batchesSoFar() }
const counted: Counted = { fsyncs: after.fsyncs - before.fsyncs, batches: after.batches - before.batches }
process.send?.(counted)
await database.destroy()
channel.close()
process.disconnect()
