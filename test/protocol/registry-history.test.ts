/** Answers for look-ups in two times: when a signature was made, and what was known of its key when somebody asked. */
import { describe, expect, test } from 'vitest'
import { requireUnrevoked, verificationKeyOf } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptFirst, acceptNext, type Party, type VerifiedRegistry } from '../../protocol/registry.ts'
import { directoryKnownAt, keysAt, knownAt } from '../../protocol/registry-history.ts'
import { day, document, est, now, pinnedRoots, roots, signedBy } from '../support/parties.ts'

const [key] = est.signing
const issue = (held: VerifiedRegistry | undefined, issued: number, dates: object): VerifiedRegistry => {
  const parties = document.parties.map((party): Party => {
    const keys = party.keys.map((each) => (each.key.id === key.id ? { ...each, ...dates } : each))
    return { ...party, keys }
  })
  const changed = { ...document, parties, issued, expires: issued + 100 * day }
  if (held === undefined) return acceptFirst(signedBy(changed, roots), pinnedRoots)
  const next = { ...changed, version: held.document.version + 1, previous: held.documentDigest }
  return acceptNext(signedBy(next, roots), held)
}

/** On day 10 nothing is known; on day 20 that the key ends on day 30; on day 40 that it was stolen on day 15. */
const start = now - 90 * day
const on = (days: number): number => start + days * day
const first = issue(undefined, on(10), {})
const second = issue(first, on(20), { until: on(30) })
const third = issue(second, on(40), { until: on(30), revoked: on(15) })
const versions = [first, second, third]

/** Signed on one day, and judged with what was known on another. */
const judged = (signedOn: number, knownOn: number): string => {
  try {
    const directory = directoryKnownAt(versions, on(knownOn))
    verificationKeyOf(directory, 'EST', 'sign', key.id, on(signedOn))
    return 'good'
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}

describe('a signature', () => {
  test.each([
    [12, 12, 'good'],
    [12, 45, 'good'],
    [14, 45, 'good'],
    // Nobody could know better then; who asks today does.
    [15, 16, 'good'],
    [15, 45, 'revoked-key'],
    [29, 39, 'good'],
    [29, 45, 'revoked-key'],
    // The end was announced before it came, and holds for what was signed after it.
    [30, 19, 'good'],
    [30, 20, 'unknown-key'],
    [35, 39, 'unknown-key'],
    [35, 40, 'revoked-key'],
    [12, 9, 'not-yet-valid'],
    [12, 141, 'registry-expired'],
  ])('of day %i is, as known on day %i, %s', (signedOn, knownOn, verdict) => {
    expect(judged(signedOn, knownOn)).toBe(verdict)
  })

  test('of a key that is revoked by now may be good for its date, and its key for no request any more', () => {
    const directory = directoryKnownAt(versions, on(45))
    expect(verificationKeyOf(directory, 'EST', 'sign', key.id, on(14)).id).toBe(key.id)
    expect(() => {
      requireUnrevoked(directory, key.id, on(45))
    }).toThrow(expect.objectContaining({ code: 'revoked-key' }) as Rejected)
  })
})

describe('the keys of a party', () => {
  const states = (version: VerifiedRegistry, day: number) =>
    keysAt(version, 'EST', on(day)).find(({ registered }) => registered.key.id === key.id)?.state

  test.each([
    [first, -11, 'to-come'],
    [first, 12, 'live'],
    [first, 35, 'live'],
    [second, 29, 'live'],
    [second, 30, 'ended'],
    [third, 14, 'live'],
    [third, 15, 'revoked'],
    [third, 35, 'revoked'],
  ] as const)('%#', (version, day, state) => {
    expect(states(version, day)).toBe(state)
  })

  test('are those of one version', () => {
    expect(knownAt(versions, on(39)).document.version).toBe(2)
    expect(knownAt(versions, on(40)).document.version).toBe(3)
    expect(() => keysAt(first, 'BEL', on(12))).toThrow(
      expect.objectContaining({ code: 'unknown-party' }) as Rejected,
    )
  })
})
