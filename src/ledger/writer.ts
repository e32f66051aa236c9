/**
 * Answers for entering a batch and for what its failure means. The position in memory is only ever a guess that the head
 * row confirms: after anything unexpected it is read anew, and each event is looked up before anyone is told anything.
 */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { CheckpointBody } from '../../protocol/ledger/checkpoint.ts'
import { type Entry, parseLeaf } from '../../protocol/ledger/entry.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { isPassing } from '../database/failure.ts'
import type { Database } from '../database/open.ts'
import { type Answering, answerAgain, answerOf, signLate } from './answer.ts'
import { append, Fenced } from './append.ts'
import { type SignedRow, unsignedCheckpoints } from './checkpoints-table.ts'
import { applyEffects } from './effect.ts'
import { findEntries, type StoredEntry } from './entries-table.ts'
import { type Head, raiseFence } from './head-table.ts'
import type { Pending } from './pending.ts'
import { type Extension, extend, followHead, loadPosition, nodesOf, type Position } from './position.ts'
import { type SignedRoot, sign, unstoredSignatures } from './signing.ts'
import { rootAt } from './store.ts'

export interface Writer {
  /** Settles every event of the batch, whatever happens; never throws. `idle` tells whether nothing waits behind it. */
  readonly enter: (batch: readonly Pending[], idle: () => boolean) => Promise<void>
  /** A root that was signed and whose signatures are not in the tables yet. */
  readonly unstored: (size: number) => SignedRoot | undefined
  readonly storeSignatures: () => Promise<void>
}

const greatestAttempts = 20

export async function createWriter(answering: Answering): Promise<Writer> {
  const { database, signer, now } = answering
  await raiseFence(database)
  // What an earlier run committed and did not sign is durable and will be asked for.
  for (const unsigned of await unsignedCheckpoints(database)) await signLate(answering, unsigned)
  const signatures = unstoredSignatures(database)
  let position: Position | undefined = await loadPosition(database)
  let reached: CheckpointBody | undefined

  const enter: Writer['enter'] = async (batch, idle) => {
    try {
      await commitAndAnswer(batch, idle)
    } catch (error) {
      await recover(batch, error, idle)
    }
  }

  const commitAndAnswer: Writer['enter'] = async (batch, idle) => {
    position ??= await reload()
    const extension = extend(
      position,
      batch.map(({ salted }) => salted.commitment),
    )
    const stored = signatures.rows()
    await commitBatch(database, position.head, extension, batch, stored)
    // From here the batch is durable. A crash before the signature leaves a root without one, which the next start or the
    // next question signs; a crash before the answers costs each caller one repetition, which gets the same entry.
    position = extension.position
    signatures.areStored(stored)
    reached = { origin: signer.keys.origin, size: position.head.size, root: position.head.root }
    const signed = sign(reached, signer, now())
    signatures.add(signed)
    answering.signed?.(signed)
    // When nothing waits there is no next batch to carry the signatures.
    if (idle()) await signatures.store()
    answerAll(batch, extension, signed)
  }

  /** Nothing is known of the batch but that something went wrong: the tables say what became of each event. */
  const recover = async (batch: readonly Pending[], error: unknown, idle: () => boolean): Promise<void> => {
    try {
      const rest = await settleEntered(batch, error)
      const [first] = rest
      if (first === undefined) return
      const again = rest.length < batch.length || error instanceof Fenced || isPassing(error)
      // Some event's rows are at fault. Each goes alone, so that it fails alone.
      if (again) await retry(rest, error, idle)
      else if (rest.length === 1) first.answered.reject(error)
      else for (const pending of rest) await enter([pending], idle)
    } catch (cause) {
      // The database is away, or the ledger in it is not whole: nobody is told that anything was entered.
      const unavailable = new Rejected('unavailable', 'the ledger cannot be written', { cause })
      for (const { answered } of batch) answered.reject(unavailable)
    }
  }

  const retry = async (rest: readonly Pending[], error: unknown, idle: () => boolean): Promise<void> => {
    for (const pending of rest) pending.attempts += 1
    if (rest.some(({ attempts }) => attempts > greatestAttempts)) throw error
    await enter(rest, idle)
  }

  /** Answers those that are entered, now or before; gives the others. */
  const settleEntered = async (batch: readonly Pending[], error: unknown): Promise<readonly Pending[]> => {
    const last = position
    position = undefined
    // A head that moved is followed. After anything else the batch may still be committing: after the fence it has, or
    // never will.
    if (error instanceof Fenced && last !== undefined) position = await followHead(database, last)
    else {
      await raiseFence(database)
      position = await reload()
    }
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

  const settle = async ({ event, salted, answered }: Pending, entry: StoredEntry): Promise<void> => {
    if (!equal(entry.fingerprint, event.fingerprint)) {
      answered.reject(new Rejected('reused-id', `entry ${entry.index}`))
      return
    }
    const own = equal(parseLeaf(entry.leaf).commitment, salted.commitment)
    answered.resolve({ ...(await answerAgain(answering, entry, signatures.of)), repeated: !own })
  }

  // A database that went back behind what was signed would have one size signed with two roots: never go on from it.
  const reload = async (): Promise<Position> => {
    const loaded = await loadPosition(database)
    if (reached === undefined) return loaded
    const behind = loaded.head.size < reached.size
    if (behind || !equal(await rootAt(database, reached.size), reached.root)) {
      throw new Rejected(
        'broken-chain',
        `the database is not a continuation of the signed size ${reached.size}`,
      )
    }
    return loaded
  }

  return { enter, unstored: signatures.of, storeSignatures: signatures.store }
}

async function commitBatch(
  database: Database,
  from: Head,
  { entries, growth, position }: Extension,
  batch: readonly Pending[],
  signed: readonly SignedRow[],
): Promise<void> {
  const rows = batch.map(({ event: { key, fingerprint }, record, secret }, i) => {
    return { leaf: leafAt(entries, i), record, secret, key, fingerprint }
  })
  await database.transaction().execute(async (tx) => {
    // The head is locked first: until the commit no other writer enters anything, so rows appear in the ledger's order.
    await append(tx, { from, to: position.head, entries: rows, tiles: growth.full, signed })
    await applyEffects(
      tx,
      batch.map(({ event }) => event.effects),
    )
  })
}

function answerAll(batch: readonly Pending[], extension: Extension, signed: SignedRoot): void {
  const nodes = nodesOf(extension)
  const { size } = signed.row
  for (const [i, { answered, salted }] of batch.entries()) {
    const inclusion = proveInclusion(size - batch.length + i, size, nodes)
    answered.resolve(answerOf(signed, leafAt(extension.entries, i), salted, inclusion))
  }
}

function leafAt(entries: readonly Entry[], i: number): Uint8Array {
  const entry = entries[i]
  if (entry === undefined) throw new RangeError('an entry for each event')
  return entry.leaf
}
