/**
 * Answers for the keys of a party in the next version of the registry: those that it enrols, those that an earlier version
 * lists and it holds no more, and when each comes to its end.
 */
import type { Seconds } from '../../protocol/names.ts'
import type { RegisteredKey } from '../../protocol/registry.ts'
import type { EnrolledKey } from './enrolment.ts'

const day: Seconds = 24 * 3600

/**
 * Senders whose registry is older go on sealing to the key that they know: so long an opening key is good after the version
 * that lists a newer one.
 */
export const openingOverlapSeconds: Seconds = 7 * day
/** So long after its end an opening key stays listed: evidence of what was sealed to it names it. */
const listedAfterEndSeconds: Seconds = 400 * day

export function listedKeys(
  enrolled: readonly EnrolledKey[],
  earlier: readonly RegisteredKey[],
  now: Seconds,
): readonly RegisteredKey[] {
  const held = enrolled.filter(({ use }) => use !== 'root')
  const newest = Math.max(0, ...held.filter(({ use }) => use === 'open').map(({ from }) => from))
  const before = new Map(earlier.map((listed) => [listed.key.id, listed]))
  const ids = new Set(held.map(({ key }) => key.id))
  const gone = earlier
    .filter(({ key }) => !ids.has(key.id))
    .map((listed) => ended(listed, listed.until ?? now))
    .filter(({ use, until }) => use !== 'open' || now < until + listedAfterEndSeconds)
  return [
    ...held.map(({ use, key, from }) => {
      const listed = before.get(key.id) ?? { use, key, from }
      if (use !== 'open' || from === newest) return listed
      return ended(listed, listed.until ?? now + openingOverlapSeconds)
    }),
    ...gone,
  ]
}

function ended(listed: RegisteredKey, until: Seconds) {
  return { ...listed, until }
}
