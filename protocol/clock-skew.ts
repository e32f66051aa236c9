/** Answers for how far two clocks may differ: what is dated a little in the future is not refused for it. */
import { Rejected } from './errors.ts'
import type { Seconds } from './names.ts'

export const clockSkewSeconds: Seconds = 300

/** Dated further in the future than clocks differ. */
export function isAhead(at: Seconds, now: Seconds): boolean {
  return at > now + clockSkewSeconds
}

export function requireNotAhead(at: Seconds, now: Seconds, what: string): void {
  if (isAhead(at, now)) throw new Rejected('not-yet-valid', what)
}
