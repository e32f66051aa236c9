/** The shipped markings: what a spelling is worth depends on who wrote it and when; translating never lowers. */
import { describe, expect, test } from 'vitest'
import { isCanonical } from '../../protocol/names.ts'
import { protectAs } from '../../protocol/policy/equivalence.ts'
import type { Level } from '../../protocol/policy/level.ts'
import { markingAt, rulesFrom } from '../../protocol/policy/rules.ts'
import { isInForce, levelOut, type Marking, markingFor } from '../../protocol/policy/scheme.ts'
import {
  homographs,
  shippedClearances,
  shippedGroups,
  shippedSchemes,
  sources,
} from '../../protocol/policy/shipped.ts'
import { treaty } from './world.ts'

const schemes = shippedSchemes()
const rules = rulesFrom({ parties: [], groups: shippedGroups(), schemes, agreements: [] })
const date = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000
const today = date('2026-06-01')

function worth(issuer: string, form: string, day = '2026-06-01'): Level | undefined {
  const scheme = rules.schemes.get(issuer)
  const found = scheme && markingAt(scheme, form, date(day))
  return found && levelOut(found)
}

describe('the data', () => {
  test('59 issuers, each marking canonical, sourced and told how far it was verified', () => {
    expect(schemes).toHaveLength(59)
    const all = schemes.flatMap(({ markings }) => markings)
    expect(all).toHaveLength(258)
    for (const { forms, abbreviations, source, verified, verification } of all) {
      expect([...forms, ...abbreviations].filter((form) => !isCanonical(form))).toEqual([])
      expect(source.length > 0 && source.every((id) => id in sources)).toBe(true)
      expect(verified).toBe(verification !== 'recall')
    }
  })

  test('no spelling of an issuer means two things on one day', () => {
    const clashes = schemes.flatMap(({ issuer, markings }) =>
      markings.flatMap((a, i) =>
        markings.slice(i + 1).flatMap((b) => {
          const days = [a.from, b.from].map((from) => from ?? -Infinity)
          const both = isInForce(a, Math.max(...days)) && isInForce(b, Math.max(...days))
          return both && a.forms.some((form) => b.forms.includes(form))
            ? [`${issuer} ${a.forms.join('/')}`]
            : []
        }),
      ),
    )
    expect(clashes).toEqual([])
  })

  test('22 parties’ clearances, those that open nothing told apart', () => {
    const clearances = shippedClearances()
    expect(clearances.size).toBe(22)
    expect(clearances.get('GBR')?.map(({ code, accessUpTo }) => [code, accessUpTo])).toContainEqual(['DV', 4])
    expect(clearances.get('GBR')?.find(({ code }) => code === 'AC')?.accessUpTo).toBeNull()
    expect(clearances.get('AUS')?.find(({ code }) => code === 'BASELINE')?.accessUpTo).toBe(1)
  })
})

describe('dates', () => {
  test.each([
    ['FRA', 'SECRET DÉFENSE', '2021-06-30', 3],
    ['FRA', 'SECRET DÉFENSE', '2021-07-01', undefined],
    ['FRA', 'SECRET', '2021-06-30', undefined],
    ['FRA', 'SECRET', '2021-07-01', 3],
    ['SWE', 'HEMLIG', '2019-03-31', 4],
    ['SWE', 'HEMLIG', '2019-04-01', 3],
    ['SWE', 'HEMLIG/CONFIDENTIAL', '2019-03-31', 2],
    ['SWE', 'HEMLIG/CONFIDENTIAL', '2019-04-01', undefined],
    ['GBR', 'CONFIDENTIAL', '2014-04-01', 3],
    ['GBR', 'CONFIDENTIAL', '2014-04-02', undefined],
    ['BEL', 'RESTREINT', '2023-12-30', undefined],
    ['BEL', 'RESTREINT', '2023-12-31', 1],
    ['WEU', 'WEU SECRET', '2011-06-30', 3],
    ['WEU', 'WEU SECRET', '2011-07-01', undefined],
  ] as const)('%s %s on %s is worth %s', (issuer, form, day, level) => {
    expect(worth(issuer, form, day)).toBe(level)
  })
})

describe('homographs', () => {
  test.each([
    ['SECRETO', { ESP: 4, PRT: 3, BRA: 3 }],
    ['RESERVADO', { ESP: 3, PRT: 1, BRA: 2 }],
    ['SECRET', { ROU: 2, FRA: 3, USA: 3, BEL: 3, CHE: 3 }],
    ['機密', { JPN: 4, TWN: 2 }],
    ['CONFIDENTIAL', { UN: 2, USA: 2, IRL: 2 }],
    ['INTERNO', { SRB: 1, SVN: 1, BIH: 1, MNE: 1 }],
  ])('%s', (form, levels) => {
    for (const [issuer, level] of Object.entries(levels))
      expect([issuer, worth(issuer, form)]).toEqual([issuer, level])
  })

  test('the listed ones are in the schemes of all the issuers listed', () => {
    expect(homographs.length).toBeGreaterThan(0)
    for (const { marking, issuers } of homographs) {
      for (const issuer of issuers) expect(rules.schemes.get(issuer)?.markings.has(marking)).toBe(true)
    }
  })

  test.each([
    ['a Cyrillic С', 'NATO', 'NATO SEСRET'],
    ['Latin letters in a Cyrillic marking', 'BGR', 'CEKPETHO'],
    ['a decomposed accent', 'FRA', 'TRÈS SECRET'.normalize('NFD')],
    ['no accent', 'DEU', 'VS-NUR FUR DEN DIENSTGEBRAUCH'],
    ['an I without its dot', 'TUR', 'GIZLI'],
    ['lower case', 'TUR', 'gizli'],
    ['an abbreviation', 'DEU', 'VS-NfD'],
    ['a name of another tongue', 'TUR', 'SECRET'],
  ])('%s is not the marking', (_, issuer, form) => {
    expect(worth(issuer, form)).toBeUndefined()
  })
})

describe('translation', () => {
  const markingOf = (policy: string, marking: string) => ({ policy, marking, at: today })

  test.each([
    ['EST', 'SALAJANE', 'NLD', 'STG. GEHEIM'],
    ['ESP', 'SECRETO', 'PRT', 'MUITO SECRETO'],
    ['PRT', 'SECRETO', 'ESP', 'RESERVADO'],
    ['EST', 'KONFIDENTSIAALNE', 'FRA', 'SECRET'],
    ['USA', 'CONFIDENTIAL', 'GBR', 'SECRET'],
    ['NATO', 'NATO RESTRICTED', 'USA', 'CONFIDENTIAL'],
    ['AUS', 'PROTECTED', 'NZL', 'CONFIDENTIAL'],
    ['NZL', 'CONFIDENTIAL', 'AUS', 'SECRET'],
    ['EST', 'TÄIESTI SALAJANE', 'CHE', undefined],
  ])('%s %s in %s is %s', (issuer, form, receiver, own) => {
    expect(protectAs(rules, markingOf(issuer, form), receiver, today)).toBe(own)
  })

  test('an agreement’s own answer comes first', () => {
    const row = {
      issuer: 'EST',
      marking: 'TÄIESTI SALAJANE',
      level: 4,
      protectAs: 'GEHEIM',
      measures: ['in person'],
    } as const
    const agreement = { ...treaty, table: [row] }
    expect(protectAs(rules, markingOf('EST', 'TÄIESTI SALAJANE'), 'CHE', today, agreement)).toBe('GEHEIM')
  })

  /** Out of one scheme and into another, by a rule for each way. */
  type Translate = (marking: Marking, into: readonly Marking[]) => Marking | undefined

  const ours: Translate = (marking, into) =>
    markingFor({ issuer: 'X', markings: into, caveats: [] }, levelOut(marking), today)
  const least = (fits: (own: Marking) => boolean, into: readonly Marking[]) =>
    into
      .filter((own) => isInForce(own, today) && fits(own))
      .sort((a, b) => a.low - b.low || a.high - b.high)[0]
  const byLowEnd: Translate = (marking, into) => least((own) => own.low >= marking.low, into)
  const byHighEnd: Translate = (marking, into) => least((own) => own.high >= marking.high, into)

  /** Chains of three schemes whose end is worth less than their beginning may have been. */
  function downgrades(translate: Translate): { readonly chains: number; readonly lowered: number } {
    const live = schemes.map(({ markings }) => markings.filter((own) => isInForce(own, today)))
    const steps = new Map(live.flat().map((own) => [own, live.map((into) => translate(own, into))]))
    let [chains, lowered] = [0, 0]
    for (const own of live.flat())
      for (const second of steps.get(own) ?? [])
        for (const third of second === undefined ? [] : (steps.get(second) ?? [])) {
          if (third === undefined) continue
          chains++
          if (third.low < own.high) lowered++
        }
    return { chains, lowered }
  }

  test('never lowers a level, over all chains of three; the ways that take one end for the other do', () => {
    const [right, low, high] = [ours, byLowEnd, byHighEnd].map(downgrades)
    console.info(
      `${right?.chains} chains: ${right?.lowered} lowered, ${low?.lowered} by low ends, ${high?.lowered} by high ends`,
    )
    expect(right?.lowered).toBe(0)
    expect(right?.chains).toBeGreaterThan(500_000)
    expect(low?.lowered).toBeGreaterThan(1000)
    expect(high?.lowered).toBeGreaterThan(1000)
  })

  test('never lowers in any single step on any day: so never in a chain of any length', () => {
    const all = schemes.flatMap(({ markings }) => markings)
    const days = [
      ...new Set(all.flatMap(({ from, until }) => [from, until]).filter((at) => at !== undefined)),
      0,
      today,
    ]
    const lowered = days.flatMap((at) => {
      const live = all.filter((own) => isInForce(own, at))
      const isLowered = (own: Marking, found: Marking | undefined) =>
        found !== undefined && found.low < own.high
      return schemes.flatMap((scheme) =>
        live.filter((own) => isLowered(own, markingFor(scheme, levelOut(own), at))),
      )
    })
    expect(lowered).toEqual([])
  })
})

describe('groups', () => {
  const isMemberOn = (party: string, day: string) =>
    rules.groups.get('NATO')?.members.some((member) => member.party === party && isInForce(member, date(day)))

  test.each([
    ['FIN', '2023-04-03', false],
    ['FIN', '2023-04-04', true],
    ['SWE', '2024-03-06', false],
    ['SWE', '2024-03-07', true],
    ['AUT', '2026-01-01', false],
  ] as const)('%s on %s in NATO: %s', (party, day, is) => {
    expect(isMemberOn(party, day)).toBe(is)
  })
})
