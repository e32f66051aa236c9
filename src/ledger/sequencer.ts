/**
 * Answers for one order of events: callers push, one loop takes whatever waits (no timer), and a batch is one transaction
 * with the rows that belong to it. Commit, sign, verify the proofs, answer: nobody is answered for what is not durable.
 */
import { equal } from '../../protocol/bytes.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import { type Answering, answerAgain, type Entered, repeatedly } from './answer.ts'
import type { Effect } from './effect.ts'
import { findEntries } from './entries-table.ts'
import { createLedger } from './genesis.ts'
import { createPace, Overloaded } from './pace.ts'
import { type CountedTransfer, createPairCounter } from './pair-counter.ts'
import { type Pending, pend, takeBatch } from './pending.ts'
import type { Predecessor } from './rollback.ts'
import { createRounds } from './rounds.ts'
import { unstoredSignatures } from './unstored.ts'
import { createWriter } from './writer.ts'

export interface NewEvent {
  /** Names the event: it is entered once, however often it is pushed. */
  readonly key: string
  /** 32 bytes that tell this event from any other under the same key. */
  readonly fingerprint: Uint8Array
  /** Without `pairSequence` and `idempotency`, which are filled in here. */
  readonly record: LedgerRecord
  /** The permitted transfer that it is about: its record gets the next number of each pair. */
  readonly counts?: CountedTransfer
  /** Rows that commit with the entry, or not at all. */
  readonly effects: readonly Effect[]
}

export interface SequencerOptions extends Answering {
  /** Who is named as the actor of the first entry: the ledger's party. */
  readonly actor: string
  /** The ledger that this one continues, when this one is new. */
  readonly successorOf?: Predecessor
  /** More events than this between push and answer are refused as `unavailable`. */
  readonly waitingLimit?: number
}

export interface Sequencer {
  /**
   * Gives the entry once it is durable. The same key and fingerprint again give the first answer. Throws `reused-id` for
   * another fingerprint, `unavailable` when too much waits or the database is away, `broken-chain` when the row that is
   * stored under the key does not prove itself, and whatever an effect threw.
   */
  push(event: NewEvent): Promise<Entered>
  /** The answer that the event of this key got; `undefined` when it was never entered. Throws `broken-chain` likewise. */
  find(key: string): Promise<Entered | undefined>
  /** How many events are between push and answer. */
  underWay(): number
  /** Enters what waits, then stops. */
  close(): Promise<void>
}

/** Makes the ledger at the first start, and repairs what a crash left unsigned. */
export async function openSequencer(options: SequencerOptions): Promise<Sequencer> {
  const genesis = await createLedger(options)
  const sequencer = await sequence(options)
  if ((await sequencer.find(genesis.key)) === undefined) await sequencer.push(genesis)
  return sequencer
}

const greatestHeldWeight = 64 * 1024 * 1024

async function sequence({ waitingLimit = 4096, ...answering }: SequencerOptions): Promise<Sequencer> {
  const waiting: Pending[] = []
  /** From push to answer. */
  const held = new Map<string, Pending>()
  let heldWeight = 0
  let running: Promise<void> | undefined
  let committing = false
  let closed = false

  const counter = createPairCounter()
  const signatures = unstoredSignatures(answering.database)
  const pace = createPace()
  const busy = (): boolean => committing || waiting.length > 0
  const rounds = createRounds({ answering, signatures, busy, pace })
  const writer = await createWriter({
    ...{ answering, counter, signatures, pace },
    committed: (committed) => {
      committing = false
      rounds.add(committed)
    },
  })

  const push = async (event: NewEvent): Promise<Entered> => {
    const earlier = held.get(event.key)
    if (earlier !== undefined) return again(earlier, event)
    if (closed || held.size >= waitingLimit || heldWeight >= greatestHeldWeight) {
      throw new Overloaded(`${held.size} events are under way`, pace.retryAfterSeconds(held.size))
    }
    const pending = hold(event)
    try {
      return await pending.answered.promise
    } finally {
      pending.forget()
      held.delete(event.key)
      heldWeight -= pending.weight
    }
  }

  const hold = (event: NewEvent): Pending => {
    const pending = pend(event, counter)
    if (held.size === 0) pace.woke()
    held.set(event.key, pending)
    heldWeight += pending.weight
    waiting.push(pending)
    running ??= run()
    return pending
  }

  const run = async (): Promise<void> => {
    // Whatever is pushed in the same turn goes into the same batch.
    await Promise.resolve()
    for (let batch = take(); batch.length > 0; batch = take()) {
      committing = true
      await writer.commit(batch)
      committing = false
    }
    // In the same step as the last look: a push after it starts the loop again.
    running = undefined
    await rounds.rest()
  }

  const take = (): readonly Pending[] => takeBatch(waiting, pace.batchLimit(held.size))

  const again = async (earlier: Pending, event: NewEvent): Promise<Entered> => {
    const same = equal(earlier.event.fingerprint, event.fingerprint)
    if (same) return repeatedly(await earlier.answered.promise)
    await earlier.answered.promise.catch(() => undefined)
    // Entered, it is found and refused as a reuse; failed, it leaves the key to this event.
    return push(event)
  }

  const find = async (key: string): Promise<Entered | undefined> => {
    const [entry] = await findEntries(answering.database, [key])
    return entry && answerAgain(answering, entry, signatures.over)
  }

  const close = async (): Promise<void> => {
    closed = true
    await running
    await rounds.rest()
  }

  return { push, find, underWay: () => held.size, close }
}
