/** Answers for leaving a peer alone while it does not answer: one circuit for each, closed, open, or trying once. */

export interface Circuits {
  /** How many requests may be under way to this peer now: all, one to try, or none. */
  room(peer: string, nowMilliseconds: number): number
  answered(peer: string): void
  /** Gives the milliseconds until the next try: no fewer than the peer asked for. */
  failed(peer: string, nowMilliseconds: number, leastMilliseconds?: number): number
  /** Those that did not answer when they were last asked. */
  notAnswering(): readonly string[]
}

interface Circuit {
  readonly failures: number
  readonly openUntil: number
}

export interface BackOff {
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
}

export function createCircuits(backOff: BackOff, atOnce: number): Circuits {
  const broken = new Map<string, Circuit>()
  return {
    room: (peer, now) => {
      const circuit = broken.get(peer)
      if (circuit === undefined) return atOnce
      return now >= circuit.openUntil ? 1 : 0
    },
    answered: (peer) => {
      broken.delete(peer)
    },
    failed: (peer, now, least = 0) => {
      const before = broken.get(peer)
      // Requests that fail together are one failure.
      if (before !== undefined && now < before.openUntil) return Math.ceil(before.openUntil - now)
      const failures = (before?.failures ?? 0) + 1
      const wait = Math.max(least, delayAfter(failures, backOff))
      broken.set(peer, { failures, openUntil: now + wait })
      return wait
    },
    notAnswering: () => [...broken.keys()],
  }
}

/** Exponential with full jitter in its upper half, so that many gateways do not come back to a peer at one moment. */
export function delayAfter(failures: number, { firstMilliseconds, longestMilliseconds }: BackOff): number {
  const whole = Math.min(longestMilliseconds, firstMilliseconds * 2 ** Math.min(failures - 1, 20))
  return Math.ceil(whole / 2 + (Math.random() * whole) / 2)
}
