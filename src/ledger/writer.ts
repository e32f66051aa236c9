/**
 * Answers for entering a batch and for what its failure means. The position in memory is only ever a guess that the head
 * row confirms: after anything unexpected it is read anew, and each event is looked up before anyone is told anything.
 */
import { performance } from 'node:perf_hooks'
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { CheckpointBody } from '../../protocol/ledger/checkpoint.ts'
import { parseLeaf } from '../../protocol/ledger/entry.ts'
import { isPassing, isStorageFull } from '../database/failure.ts'
import type { Transaction } from '../database/open.ts'
import { type Answering, answerAgain, signLate } from './answer.ts'
import { append, Fenced } from './append.ts'
import { newestUnsigned, type SignedRow } from './checkpoints-table.ts'
import { gather } from './effect.ts'
import { findEntries, type StoredEntry } from './entries-table.ts'
import { lockHead, raiseFence } from './head-table.ts'
import type { Pace } from './pace.ts'
import type { Numbering, PairCounter } from './pair-counter.ts'
import { readPairs } from './pairs-table.ts'
import { type Pending, renumber } from './pending.ts'
import { type Extension, extend, followTo, loadPosition, type Position } from './position.ts'
import type { Committed } from './rounds.ts'
import { requireSealed, sealOf } from './seal.ts'
import type { UnstoredSignatures } from './unstored.ts'
import { rootAt } from './store.ts'

export interface WriterOptions {
  readonly answering: Answering
  readonly counter: PairCounter
  readonly signatures: UnstoredSignatures
  readonly pace: Pace
  /** Is given what is durable, to sign and answer it. */
  readonly committed: (committed: Committed) => void
}

export interface Writer {
  /** Ends when each event of the batch is durable or answered; never throws. */
  readonly commit: (batch: readonly Pending[]) => Promise<void>
}

const greatestAttempts = 20

/** What one transaction enters, chained to where it found the ledger. */
interface Draft {
  readonly from: Position
  readonly extension: Extension
  readonly numbering: Numbering
  /** Signatures of earlier batches that go with it. */
  readonly signed: readonly SignedRow[]
  /** Of the head that it reaches, made before it is written. */
  readonly seal: Uint8Array
}

export async function createWriter(options: WriterOptions): Promise<Writer> {
  const { answering, counter, signatures, pace } = options
  const { database, signer } = answering
  let position: Position | undefined
  let reached: CheckpointBody | undefined
  /** Another replica writes too: then the head is locked first, and whoever waits longest is next. */
  let contended = false

  const commit: Writer['commit'] = async (batch) => {
    try {
      const begun = performance.now()
      position ??= await reload()
      const draft = contended ? await enterLocked(position, batch) : await enterThere(position, batch)
      // From here the batch is durable. A crash before the signature leaves a root without one, which the next start or
      // the next question signs; a crash before the answers costs each caller one repetition, which gets the same entry.
      position = draft.extension.position
      counter.learn(draft.numbering.moved())
      for (const { forget } of batch) forget()
      signatures.areStored(draft.signed)
      const { size, root } = position.head
      reached = { origin: signer.keys.origin, size, root }
      pace.committed(performance.now() - begun)
      options.committed({ batch, extension: draft.extension, first: draft.from.head.size })
    } catch (error) {
      if (error instanceof Fenced && !contended) {
        contended = true
        await commit(batch)
      } else await recover(batch, error)
    }
  }

  /** Where this writer was last: the usual case, in which nobody else writes. */
  const enterThere = async (from: Position, batch: readonly Pending[]): Promise<Draft> => {
    const draft = draftOf(from, batch)
    await database.transaction().execute((tx) => write(tx, draft, batch))
    return draft
  }

  const enterLocked = async (from: Position, batch: readonly Pending[]): Promise<Draft> =>
    database.transaction().execute(async (tx) => {
      const draft = draftOf(await follow(tx, from), batch)
      await write(tx, draft, batch)
      return draft
    })

  const follow = async (tx: Transaction, from: Position): Promise<Position> => {
    const head = await lockHead(tx)
    if (head === undefined) throw new Rejected('broken-chain', 'the ledger has no head')
    requireSealed(head, signer.keys)
    contended = head.size !== from.head.size || head.fence !== from.head.fence
    if (!contended) return from
    counter.learn(await readPairs(tx, from.head.size))
    position = await followTo(tx, from, head)
    return position
  }

  const draftOf = (from: Position, batch: readonly Pending[]): Draft => {
    const numbering = counter.begin()
    for (const [i, pending] of batch.entries()) renumber(pending, numbering, from.head.size + i)
    const commitments = batch.map(({ prepared }) => prepared.salted.commitment)
    const extension = extend(from, commitments)
    const seal = sealOf(signer, extension.position.head)
    return { from, extension, numbering, signed: signatures.rows(), seal }
  }

  const write = async (
    tx: Transaction,
    { from, extension, numbering, signed, seal }: Draft,
    batch: readonly Pending[],
  ): Promise<void> => {
    const entries = extension.entries.flatMap(({ leaf }, i) => {
      const pending = batch[i]
      return pending === undefined ? [] : [{ leaf, ...pending.prepared.row }]
    })
    const { statements, afterwards } = gather(batch.map(({ event }) => event.effects))
    const to = { ...extension.position.head, seal }
    const changes = { from: from.head, to, entries, tiles: extension.growth.full }
    // The head is locked first: until the commit no other writer enters anything, so rows appear in the ledger's order.
    await append(tx, { ...changes, pairs: numbering.moved(), signed, beside: statements })
    await afterwards(tx)
  }

  /** Nothing is known of the batch but that something went wrong: the tables say what became of each event. */
  const recover = async (batch: readonly Pending[], error: unknown): Promise<void> => {
    try {
      const rest = await settleEntered(batch)
      const [first] = rest
      if (first === undefined) return
      // Some event's rows are at fault. Each goes alone, so that it fails alone.
      if (rest.length < batch.length || isPassing(error)) await retry(rest, error)
      else if (rest.length === 1) first.answered.reject(error)
      else for (const pending of rest) await commit([pending])
    } catch (cause) {
      // The database is away or full, or the ledger in it is not whole: nobody is told that anything was entered.
      const code = isStorageFull(cause) ? 'storage-full' : 'unavailable'
      const unavailable = new Rejected(code, 'the ledger cannot be written', { cause })
      for (const { answered } of batch) answered.reject(unavailable)
    }
  }

  const retry = async (rest: readonly Pending[], error: unknown): Promise<void> => {
    for (const pending of rest) pending.attempts += 1
    if (isStorageFull(error) || rest.some(({ attempts }) => attempts > greatestAttempts)) throw error
    await commit(rest)
  }

  /** Answers those that are entered, now or before; gives the others. After the fence a batch has committed or never will. */
  const settleEntered = async (batch: readonly Pending[]): Promise<readonly Pending[]> => {
    position = undefined
    await raiseFence(database)
    position = await reload()
    const keys = batch.map(({ event }) => event.key)
    const entries = new Map((await findEntries(database, keys)).map((entry) => [entry.key, entry]))
    const rest: Pending[] = []
    for (const pending of batch) {
      const entry = entries.get(pending.event.key)
      if (entry === undefined) rest.push(pending)
      else await settle(pending, entry)
    }
    return rest
  }

  const settle = async ({ event, prepared, answered }: Pending, entry: StoredEntry): Promise<void> => {
    try {
      const own = equal(parseLeaf(entry.leaf).commitment, prepared.salted.commitment)
      const entered = await answerAgain(answering, entry, signatures.over, !own)
      const same = equal(entry.fingerprint, event.fingerprint)
      if (same) answered.resolve(entered)
      else answered.reject(new Rejected('reused-id', `entry ${entry.index}`))
    } catch (error) {
      // The row does not prove what it says: this event gets no other answer, and the others are not kept from theirs.
      if (!(error instanceof Rejected) || error.code !== 'broken-chain') throw error
      answered.reject(error)
    }
  }

  // A database that went back behind what was signed would have one size signed with two roots: never go on from it.
  const reload = async (): Promise<Position> => {
    const loaded = await loadPosition(database, signer.keys)
    const pairs = await readPairs(database, 0)
    if (reached !== undefined) {
      const behind = loaded.head.size < reached.size
      if (behind || !equal(await rootAt(database, reached.size), reached.root)) {
        throw new Rejected(
          'broken-chain',
          `the database is not a continuation of the signed size ${reached.size}`,
        )
      }
    }
    counter.relearn(pairs)
    return loaded
  }

  await raiseFence(database)
  // What an earlier run committed and did not sign is durable and will be asked for.
  const unsigned = await newestUnsigned(database)
  if (unsigned !== undefined) await signLate(answering, unsigned)
  position = await reload()
  return { commit }
}
