/** Answers for how fast the ledger is just now: how much to enter at once, and when to come back if it is too much. */
import { performance } from 'node:perf_hooks'
import { Rejected } from '../../protocol/errors.ts'

/** Refused because too much is under way. */
export class Overloaded extends Rejected {
  readonly retryAfterSeconds: number

  constructor(detail: string, retryAfterSeconds: number) {
    super('unavailable', detail)
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface Pace {
  /** Tells that there is something to do, after a time when there was nothing. */
  readonly woke: () => void
  /** Tells how long it took to commit a batch. */
  readonly committed: (milliseconds: number) => void
  /** Tells how long it took from the commit of so many events to their answers. */
  readonly answered: (count: number, milliseconds: number) => void
  /** How many of the events under way one batch takes. */
  readonly batchLimit: (underWay: number) => number
  readonly retryAfterSeconds: (underWay: number) => number
}

const longestRetrySeconds = 60
/** So many are worth two batches. */
const fewest = 8
/** How much the newest measurement counts. */
const weight = 0.2

export function createPace(now: () => number = () => performance.now()): Pace {
  let commit = 0
  let afterwards = 0
  let perSecond = 0
  let last = now()
  return {
    woke: () => {
      last = now()
    },
    committed: (milliseconds) => {
      commit += weight * (milliseconds - commit)
    },
    answered: (count, milliseconds) => {
      afterwards += weight * (milliseconds - afterwards)
      const since = Math.max(now() - last, milliseconds)
      last = now()
      perSecond += weight * ((count * 1000) / since - perSecond)
    },
    // Where signing and answering take about as long as the commit, one half is written while the other is answered and
    // asks again. Where the disk is slow, or they are few, all go together.
    batchLimit: (underWay) =>
      underWay >= fewest && afterwards > commit / 2 ? Math.ceil(underWay / 2) : underWay,
    // As long as what is under way takes, and no less than nothing has been answered for.
    retryAfterSeconds: (underWay) => {
      const clears = perSecond > 0 ? underWay / perSecond : 1
      const silent = (now() - last) / 1000
      return Math.min(longestRetrySeconds, Math.max(1, Math.ceil(Math.max(clears, silent))))
    },
  }
}
