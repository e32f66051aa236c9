/** The profiles that ship with the program: each is a plan's, goes through the registry's own form, and decides as its kind does. */
import { describe, expect, test } from 'vitest'
import type { Rejected } from '../../protocol/errors.ts'
import { parseProfile, type ProfileName, profileNames, shippedProfile } from '../../src/registry/profile.ts'
import { agreementsOf, type Asking, asked, rulesOf, verdict } from '../support/profile.ts'

describe.each(profileNames)('profile %s', (name) => {
  const profile = shippedProfile(name)

  test('has agreements with table, ceilings, purposes and timeline, that a registry takes', () => {
    for (const { table, ceilings, purposes, timeline } of agreementsOf(profile)) {
      expect([table.length, ceilings.size, purposes.length, timeline.length]).not.toContain(0)
    }
    expect(rulesOf(name).agreements.size).toBe(profile.agreements.length)
  })

  test('says of each agreement where it is known from, by sources that it names', () => {
    for (const { source, notes = [], verified } of profile.agreements) {
      expect(source.filter((each) => !Object.hasOwn(profile.sources, each))).toEqual([])
      expect(source.length).toBeGreaterThan(0)
      // What was only recalled, or invented, does not pass for verified.
      if (source.every((each) => ['RECALL', 'INVENTED'].includes(each))) expect(verified).toBe(false)
      if (source.includes('RECALL')) expect(notes.join(' ')).toMatch(/recalled|not seen|lets it/)
    }
  })
})

type Row = readonly [string, string, string, string, string, Partial<Asking>?]

function decides(name: ProfileName, usual: Pick<Asking, 'purpose' | 'category'>, rows: readonly Row[]) {
  const rules = rulesOf(name)
  const on = '2026-11-23'
  describe(`decisions of ${name}`, () => {
    const named = rows.map(([from, to, marking, agreement, answer, more = {}]) => {
      return { from, to, marking, agreement, answer, more }
    })
    test.each(named)('$from to $to, $marking, by $agreement: $answer', ({ answer, more, ...asking }) => {
      expect(verdict(asked(rules, { ...usual, on, ...asking, ...more }))).toBe(answer)
    })
  })
}

const readBy = (...nationalities: readonly string[]) => ({
  more: { needToKnow: 'case-1', reader: { clearance: 4 as const, nationalities } },
})

decides('nato', { purpose: 'defence', category: 'classified' }, [
  ['EST', 'NLD', 'NATO:COSMIC TOP SECRET', 'NATO-1997', 'yes', readBy('NLD')],
  ['SWE', 'TUR', 'NATO:NATO SECRET', 'NATO-1997', 'yes', readBy('TUR')],
  [
    'SWE',
    'TUR',
    'NATO:NATO SECRET',
    'NATO-1997',
    'party-not-covered',
    { ...readBy('TUR'), on: '2024-03-06' },
  ],
  ['EST', 'NLD', 'NATO:NATO SECRET', 'NATO-1997', 'nationality-not-covered need-to-know-not-stated'],
  ['EST', 'NLD', 'NATO:NATO SECRET', 'NATO-1997', 'nationality-not-covered', readBy('NLD', 'CHE')],
])

decides('eu', { purpose: 'union-interest', category: 'classified' }, [
  ['AUT', 'IRL', 'EU:SECRET UE/EU SECRET', 'EU-2011', 'yes', readBy('IRL')],
  ['AUT', 'EU', 'EU:TRÈS SECRET UE/EU TOP SECRET', 'EU-2011', 'yes', readBy('AUT')],
  ['AUT', 'IRL', 'EU:LIMITE', 'EU-2011', 'marking-not-covered', readBy('IRL')],
  ['AUT', 'IRL', 'EU:SECRET UE/EU SECRET', 'EU-2011', 'need-to-know-not-stated'],
])

decides('five-eyes', { purpose: 'intelligence', category: 'intelligence' }, [
  ['AUS', 'NZL', 'AUS:TOP SECRET', 'FVEY-1946', 'yes', readBy('NZL')],
  ['GBR', 'USA', 'GBR:OFFICIAL-SENSITIVE', 'FVEY-1946', 'yes', readBy('USA')],
  ['AUS', 'USA', 'AUS:CONFIDENTIAL', 'FVEY-1946', 'marking-not-in-force', readBy('USA')],
  ['USA', 'GBR', 'USA:CUI', 'FVEY-1946', 'marking-not-covered', readBy('GBR')],
  ['USA', 'GBR', 'USA:SECRET', 'FVEY-1946', 'nationality-not-covered', readBy('GBR', 'IRL')],
])

const stated = {
  more: { needToKnow: 'case-1', legalBasis: 'EST-NLD-2' },
  label: { retainUntil: 1_800_000_000 },
}
decides('bilateral', { purpose: 'clearance-confirmation', category: 'clearance' }, [
  ['EST', 'NLD', 'EST:SALAJANE', 'EST-NLD-OUT', 'yes', stated],
  [
    'EST',
    'NLD',
    'EST:SALAJANE',
    'EST-NLD-OUT',
    'legal-basis-not-covered need-to-know-not-stated retention-not-covered',
  ],
  // Each way has its own ceiling, table and conditions.
  ['NLD', 'EST', 'NLD:STG. CONFIDENTIEEL', 'EST-NLD-BACK', 'yes'],
  ['NLD', 'EST', 'NLD:STG. GEHEIM', 'EST-NLD-BACK', 'above-ceiling marking-not-covered'],
  ['NLD', 'EST', 'NLD:STG. CONFIDENTIEEL', 'EST-NLD-OUT', 'party-not-covered', stated],
  [
    'EST',
    'NLD',
    'EST:SALAJANE',
    'EST-NLD-OUT',
    'agreement-expired',
    { ...stated, on: '2035-01-01', label: { at: 1_800_000_000, retainUntil: 2_060_000_000 } },
  ],
])

test('one marking counts for more in one direction than in the other', () => {
  const level = (from: string, to: string, marking: string, agreement: string) =>
    asked(rulesOf('bilateral'), {
      purpose: 'visit',
      category: 'clearance',
      on: '2026-11-23',
      from,
      to,
      marking,
      agreement,
    }).level
  expect(level('EST', 'NLD', 'EST:KONFIDENTSIAALNE', 'EST-NLD-OUT')).toBe(3)
  expect(level('NLD', 'EST', 'NLD:STG. CONFIDENTIEEL', 'EST-NLD-BACK')).toBe(2)
})

const soon = { more: { needToKnow: 'rotation-7', counted: [499] }, label: { retainUntil: 1_796_000_000 } }
decides('mission', { purpose: 'mission', category: 'mission' }, [
  ['NATO', 'CHE', 'NATO:NATO CONFIDENTIAL', 'MISSION-RELEASE', 'yes', soon],
  ['NATO', 'CHE', 'NATO:NATO SECRET', 'MISSION-RELEASE', 'above-ceiling marking-not-covered', soon],
  ['EST', 'MDA', 'NATO:NATO RESTRICTED', 'MISSION-RELEASE', 'yes', soon],
  // Partners are partners for their time.
  ['EST', 'UKR', 'NATO:NATO RESTRICTED', 'MISSION-RELEASE', 'party-not-covered', soon],
  ['CHE', 'AUT', 'NATO:NATO RESTRICTED', 'MISSION-RELEASE', 'party-not-covered', soon],
  ['NATO', 'CHE', 'NATO:NATO RESTRICTED', 'MISSION-RELEASE', 'retention-not-covered', { more: soon.more }],
  ['CHE', 'NLD', 'CHE:VERTRAULICH', 'MISSION-CONTRIBUTION', 'yes'],
  ['CHE', 'NLD', 'CHE:GEHEIM', 'MISSION-CONTRIBUTION', 'marking-not-covered'],
])

test('a profile that is not as profiles are is refused with the place', () => {
  const profile = shippedProfile('nato')
  const code = (code: string) => expect.objectContaining({ code }) as Rejected
  expect(() => parseProfile({ ...profile, agreements: [] })).toThrow(code('bad-request'))
  expect(() =>
    parseProfile({ ...profile, agreements: [{ ...profile.agreements[0], source: undefined }] }),
  ).toThrow(code('bad-request'))
})
