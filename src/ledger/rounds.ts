/**
 * Answers for what follows a commit: signatures over the newest durable root, the proofs of all entries that wait for it,
 * and their answers. Meanwhile the next batch is committed; whatever is durable by the end of a round shares the next one.
 */
import { performance } from 'node:perf_hooks'
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { CheckpointBody } from '../../protocol/ledger/checkpoint.ts'
import { type NodeReader, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { type Answering, answerOf } from './answer.ts'
import type { Pace } from './pace.ts'
import type { Pending } from './pending.ts'
import { type Extension, nodesOf, rootOver } from './position.ts'
import { shownOf } from './row-proof.ts'
import { type SignedRoot, sign } from './signing.ts'
import type { UnstoredSignatures } from './unstored.ts'

/** A batch that is durable. */
export interface Committed {
  readonly batch: readonly Pending[]
  readonly extension: Extension
  /** The index of its first entry. */
  readonly first: number
}

export interface Rounds {
  readonly add: (committed: Committed) => void
  /** Ends when all that was added is answered, and what was signed is noted and stored. */
  readonly rest: () => Promise<void>
}

export interface RoundsOptions {
  readonly answering: Answering
  readonly signatures: UnstoredSignatures
  /** Whether another batch is on its way. */
  readonly busy: () => boolean
  readonly pace: Pace
}

/** While there is more to do a note is signed with every sixteenth round only: its readers look for the newest. */
const roundsToNote = 16

export function createRounds({ answering, signatures, busy, pace }: RoundsOptions): Rounds {
  const queue: Committed[] = []
  let running: Promise<void> | undefined
  let unnoted: SignedRoot[] = []

  const add = (committed: Committed): void => {
    queue.push(committed)
    running ??= run()
  }

  const run = async (): Promise<void> => {
    for (let round = takeRound(queue); round.length > 0; round = takeRound(queue)) {
      const begun = performance.now()
      await answerRound(round)
      pace.answered(countOf(round), performance.now() - begun)
    }
    running = undefined
  }

  const answerRound = async (round: readonly Committed[]): Promise<void> => {
    try {
      const last = !busy() && queue.length === 0
      const { size, root } = headOf(round)
      const body = { origin: answering.signer.keys.origin, size, root }
      const noted = last || unnoted.length >= roundsToNote - 1
      const signed = await sign(body, answering.signer, answering.now(), noted)
      const nodes = nodesOf(round.map(({ extension }) => extension))
      requireAllUnder(body, round, nodes)
      signatures.add(signed)
      if (noted) hear(signed)
      else unnoted.push(signed)
      // When nothing waits there is no next batch to carry the signatures.
      if (last && !busy()) await signatures.store()
      answerAll(round, signed, nodes)
    } catch (cause) {
      // They are durable, and found by whoever asks again; but nobody is told so without a signature.
      const unavailable = new Rejected('unavailable', 'the ledger cannot sign', { cause })
      for (const { batch } of round) for (const { answered } of batch) answered.reject(unavailable)
    }
  }

  const hear = (signed: SignedRoot): void => {
    unnoted = []
    answering.signed?.(signed)
  }

  const rest = async (): Promise<void> => {
    await running
    // Whatever came meanwhile ends here too.
    if (busy()) return
    const newest = unnoted.at(-1)
    try {
      if (newest !== undefined) await newest.noteOffThread()
    } catch {
      // The next round signs, or says that it cannot.
      return
    }
    if (newest !== undefined) {
      signatures.add(newest)
      hear(newest)
    }
    await signatures.store()
  }

  return { add, rest }
}

/** What continues without a gap: between two of the others another replica has entered something. */
function takeRound(queue: Committed[]): readonly Committed[] {
  const end = queue.findIndex(({ first }, i) => i > 0 && first !== queue[i - 1]?.extension.position.head.size)
  return queue.splice(0, end < 0 ? queue.length : end)
}

function countOf(round: readonly Committed[]): number {
  return round.reduce((sum, { batch }) => sum + batch.length, 0)
}

function headOf(round: readonly Committed[]) {
  const last = round.at(-1)
  if (last === undefined) throw new RangeError('a round has batches')
  return last.extension.position.head
}

/** From the leaves as they were written: every entry of the round is where its answer will say. */
function requireAllUnder(
  { size, root }: CheckpointBody,
  round: readonly Committed[],
  nodes: NodeReader,
): void {
  const leaves = round.flatMap(({ extension }) => extension.entries.map(({ leaf }) => leaf))
  const first = round[0]?.first ?? size
  if (!equal(rootOver(first, leaves, nodes), root)) {
    throw new Rejected('broken-chain', `entries ${first} to ${size} are not under their root`)
  }
}

function answerAll(round: readonly Committed[], signed: SignedRoot, nodes: NodeReader): void {
  const { size } = signed.root
  for (const { batch, extension, first } of round) {
    for (const [i, { answered, prepared }] of batch.entries()) {
      const leaf = extension.entries[i]?.leaf
      if (leaf === undefined) throw new RangeError('an entry for each event')
      const index = first + i
      const prove = () => proveInclusion(index, size, nodes)
      const shown = () => shownOf(prepared.salted)
      answered.resolve(answerOf(signed, { index, leaf, prove, shown, repeated: false }))
    }
  }
}
