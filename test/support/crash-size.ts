/** Answers for how much a crash test does: little on every run, all of it with POUCH_CRASH=full. */

const full = process.env['POUCH_CRASH'] === 'full'

/** Of the first in a short run, of the second in the full one. */
export function sized<T>(short: T, whole: T): T {
  return full ? whole : short
}
