/** Answers for warnings before something ends: thirty, seven and one day before, once a day, and at once when it gets urgent. */
import { describe, expect, test } from 'vitest'
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { createReminder, expiriesOf, urgencyOf } from '../../src/keys/expiries.ts'
import { standingsOf } from '../../src/keys/standing.ts'
import { listedKeys, openingOverlapSeconds } from '../../src/registry/listed-keys.ts'

const day = 86_400
const at = 1_795_435_200
const registry = (end: number) => expiriesOf(end, [])

describe('what ends', () => {
  test.each([
    [31, undefined],
    [30, 30],
    [8, 30],
    [7, 7],
    [1, 1],
    [0, 0],
    [-1, 0],
  ])('%i days before its end is of urgency %s', (days, expected) => {
    expect(urgencyOf({ what: 'registry', at }, at - days * day)).toBe(expected)
  })

  test('is told once a day, and at once when it becomes more urgent', () => {
    const remind = createReminder()
    const told = (daysBefore: number) => remind(registry(at), at - daysBefore * day).length
    expect([31, 30, 29.5, 29, 8, 7.5, 7, 6.5, 1, 0.5, 0].map(told)).toEqual([0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1])
  })

  test('is the registry, an active key with an end, and certificates, the soonest first', () => {
    const { publicKey, id } = HeldOpeningKey.generate()
    const held = [{ use: 'open', generation: 1, created: at, publicKey, id, file: '', held: 'file' }] as const
    const listed = [{ use: 'open', key: publicKey, from: at, until: at + 3 * day }] as const
    const all = expiriesOf(at + 2 * day, standingsOf(held, listed, at), [
      { what: 'time-stamp-certificate', at: at + day },
    ])
    expect(all.map(({ what }) => what)).toEqual(['time-stamp-certificate', 'registry', 'key'])
  })
})

describe('the next version of a registry', () => {
  const key = () => HeldOpeningKey.generate().publicKey
  const [old, next] = [key(), key()]
  const enrolled = (...keys: (readonly [typeof old, number])[]) =>
    keys.map(([each, from], i) => ({ use: 'open' as const, generation: i + 1, from, key: each }))

  test('ends an opening key that a newer one follows a while after, whenever the newer one was made', () => {
    const before = [{ use: 'open', key: old, from: at }] as const
    const listed = listedKeys(enrolled([old, at], [next, at + day]), before, at + 100 * day)
    expect(listed.map(({ key: { id }, until }) => [id, until])).toEqual([
      [old.id, at + 100 * day + openingOverlapSeconds],
      [next.id, undefined],
    ])
    const again = listedKeys(enrolled([old, at], [next, at + day]), listed, at + 101 * day)
    expect(again).toEqual(listed)
  })

  test('goes on listing a key that its party no longer holds, ended, and keeps it revoked', () => {
    const before = [{ use: 'open', key: old, from: at, revoked: at + day }] as const
    const [, gone] = listedKeys(enrolled([next, at]), before, at + 2 * day)
    expect(gone).toEqual({ use: 'open', key: old, from: at, revoked: at + day, until: at + 2 * day })
    expect(listedKeys(enrolled([next, at]), gone === undefined ? [] : [gone], at + 500 * day)).toHaveLength(1)
  })
})
