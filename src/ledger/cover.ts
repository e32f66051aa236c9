/**
 * Answers for cover entries: entries about nothing, at random times, so that the number of entries does not tell how much
 * there is to say. The gaps between them are exponential, as between events that do not wait for each other; their leaves are
 * like all leaves.
 */
import { suite } from '#suite'
import { toHex } from '../../protocol/bytes.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { errorFields, type Logger } from '../logger.ts'
import type { Sequencer } from './sequencer.ts'

export interface Covering {
  readonly party: PartyId
  readonly sequencer: Sequencer
  readonly logger: Logger
  readonly now: () => Seconds
  /** On average; 0 turns it off. */
  readonly coverEntriesPerHour: number
}

/** Gives the end of it. */
export function startCover(covering: Covering): () => Promise<void> {
  if (covering.coverEntriesPerHour === 0) return () => Promise.resolve()
  let entering = Promise.resolve()
  let timer = setTimeout(enter, coverGap(covering.coverEntriesPerHour, randomFraction()))
  function enter(): void {
    entering = enterCover(covering).catch((error: unknown) => {
      // The ledger cannot be written now. One entry about nothing is not missed.
      covering.logger.error('task-failed', { task: 'cover', ...errorFields(error) })
    })
    timer = setTimeout(enter, coverGap(covering.coverEntriesPerHour, randomFraction()))
  }
  return async () => {
    clearTimeout(timer)
    await entering
  }
}

export async function enterCover({ party, sequencer, now }: Omit<Covering, 'logger'>): Promise<void> {
  const fingerprint = suite.randomBytes(32)
  await sequencer.push({
    key: `cover:${toHex(fingerprint)}`,
    fingerprint,
    record: { event: 'cover', actor: party, at: now() },
    effects: [],
  })
}

const hour = 3_600_000

/** Milliseconds until the next one, for a fraction that is uniform in (0, 1]. */
export function coverGap(perHour: number, fraction: number): number {
  return Math.min((-Math.log(fraction) * hour) / perHour, 24 * hour)
}

function randomFraction(): number {
  const [a = 0, b = 0, c = 0, d = 0] = suite.randomBytes(4)
  return (((a * 256 + b) * 256 + c) * 256 + d + 1) / 2 ** 32
}
