/**
 * Answers for how often anyone may ask: so many requests a second on the long run, and twice as many at once. Counted in this
 * process alone: each of several replicas lets as many through, and a restart forgets.
 */
import { performance } from 'node:perf_hooks'
import { Rejected } from '../../protocol/errors.ts'

/** Refused because this one asks too often. */
export class TooMany extends Rejected {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('too-many-requests', `again in ${retryAfterSeconds} s`)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface Rate {
  /** Counts one request of this party, or address. Throws `TooMany`. */
  take(who: string): void
}

/** As many as come in this time may come at once. */
const burstMilliseconds = 2000
/** Above this those that have been quiet are forgotten, as often as this many more were heard of. */
const forgottenAbove = 10_000

/** 0 lets everything through. */
export function createRate(perSecond: number, clock: () => number = () => performance.now()): Rate {
  if (perSecond === 0) return { take: () => undefined }
  const interval = 1000 / perSecond
  /** When all that came until now would have come, had it come evenly. */
  const spent = new Map<string, number>()
  let forgetAt = forgottenAbove
  return {
    take: (who) => {
      const now = clock()
      const until = Math.max(spent.get(who) ?? 0, now) + interval
      const early = until - now - Math.max(burstMilliseconds, interval)
      if (early > 0) throw new TooMany(Math.ceil(early / 1000))
      spent.set(who, until)
      if (spent.size < forgetAt) return
      for (const [each, time] of spent) if (time <= now) spent.delete(each)
      forgetAt = spent.size + forgottenAbove
    },
  }
}
