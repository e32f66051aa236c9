/** Answers for what an aggregation asks to be counted: permitted transfers of a pair, from when on, and no further than it matters. */
import type { Seconds } from '../names.ts'
import type { Agreement } from './agreement.ts'

/** Transfers after `since` are counted, `most` of them at most: further ones change no decision. */
export interface Window {
  readonly since: Seconds
  readonly most: number
}

/** What of a transfer says how it is counted. */
export interface Countable {
  readonly category: string
  readonly messageType: string
  readonly at: Seconds
}

/** A withdrawal hands over nothing that is worth more together: it adds to no count, and none keeps it back. */
export function isCounted({ messageType }: Pick<Countable, 'messageType'>): boolean {
  return messageType !== 'clearance.withdrawal'
}

/**
 * One for each aggregation of the agreement, in its order; none when none is about the category. Of what is not counted
 * each is empty: it is decided on as if it were the first.
 */
export function windowsOf(agreement: Agreement | undefined, transfer: Countable): readonly Window[] {
  const { category, at } = transfer
  const limits = agreement?.aggregation ?? []
  if (!limits.some((limit) => limit.category === category)) return []
  return limits.map((limit) => ({
    since: at - limit.period,
    // The one that is decided on is the last of the count.
    most: isCounted(transfer) && limit.category === category ? Math.max(0, limit.count - 1) : 0,
  }))
}

/** Times of transfers of one pair in one category, counted as they come. */
export interface Tally {
  readonly add: (at: Seconds) => void
  readonly count: (window: Window) => number
}

export function createTally(): Tally {
  const times: Seconds[] = []
  return {
    add: (at) => times.splice(after(times, at), 0, at),
    count: ({ since, most }) => Math.min(most, times.length - after(times, since)),
  }
}

/** How many of the ascending times are not later. */
function after(times: readonly Seconds[], at: Seconds): number {
  // They come nearly in order, so the end is looked at first.
  let [low, high] = [(times.at(-1) ?? -Infinity) <= at ? times.length : 0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? Infinity) <= at) low = middle + 1
    else high = middle
  }
  return low
}
