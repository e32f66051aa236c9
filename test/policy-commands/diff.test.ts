/** What a change of the registry opens and closes: exactly what decisions under the one and the other say. */
import { describe, expect, test } from 'vitest'
import type { Label } from '../../protocol/label.ts'
import type { Seconds } from '../../protocol/names.ts'
import { type Decision, decide } from '../../protocol/policy/decide.ts'
import { levels } from '../../protocol/policy/level.ts'
import type { Marking } from '../../protocol/policy/scheme.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'
import { closes, differenceOf, opens } from '../../src/policy/diff/diff.ts'
import { momentLines, pairLines } from '../../src/policy/diff/diff-text.ts'
import { rulesOf } from '../../src/policy/registry-rules.ts'
import { retained, statedFor } from '../../src/policy/stated.ts'
import { agreement, alliance, coming, day, demanding, now, oneWay, union, unionWith } from './union.ts'

/** With an issuer that has a marking for each level, and of which no table speaks. */
function withPlain(document: RegistryDocument, changed: Partial<Marking> = {}): RegistryDocument {
  const markings = levels.map((level) => ({
    ...{ forms: [`P${level}`], low: level, high: level, abbreviations: [], classification: true },
    ...{ verified: false, verification: 'recall' as const, source: [] },
    ...(level === 2 && changed),
  }))
  return { ...document, schemes: [...document.schemes, { issuer: 'PLAIN', markings, caveats: [] }] }
}

/** One of no table, one of a table, one that is a receiver’s. */
const asked = new Set(['PLAIN', 'CHE', 'EST'])

/** For one sender, receiver, agreement, category, purpose and marking: what is decided when all that is asked for is stated. */
function decisionsUnder(document: RegistryDocument, at: Seconds): ReadonlyMap<string, Decision> {
  const rules = rulesOf(document)
  const found = new Map<string, Decision>()
  for (const agreement of document.agreements)
    for (const { id: from } of document.parties)
      for (const { id: to } of document.parties)
        for (const category of ['clearance', 'visit'])
          for (const purpose of ['inspection', 'posting', 'visit'])
            for (const { issuer, markings } of document.schemes.filter((scheme) => asked.has(scheme.issuer)))
              for (const { forms } of markings) {
                if (from === to) continue
                const [marking = ''] = forms
                const open = { releasability: 'unrestricted', compartments: [], caveats: [] } as const
                const label: Label = retained({ policy: issuer, marking, at, ...open }, agreement, at)
                const question = { from, to, label, purpose, category, agreement: agreement.id }
                const key = [from, to, agreement.id, category, purpose, `${issuer}:${marking}`].join(' | ')
                found.set(key, decide({ ...question, ...statedFor(agreement, rules, at) }, rules, at))
              }
  return found
}

/** By what decisions say: the ways that open and those that close, and the markings on them that count otherwise. */
function byDecisions(old: RegistryDocument, next: RegistryDocument, at: Seconds) {
  const [before, after] = [decisionsUnder(old, at), decisionsUnder(next, at)]
  const told = { opened: new Set<string>(), closed: new Set<string>(), markings: new Set<string>() }
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(key), after.get(key)]
    if ((was?.allow ?? false) === (is?.allow ?? false)) continue
    const way = key.slice(0, key.lastIndexOf(' | '))
    if (is?.allow === true) told.opened.add(way)
    else told.closed.add(way)
    if (was !== undefined && is !== undefined && worth(was) !== worth(is)) told.markings.add(key)
  }
  return told
}

function worth({ level, grounds }: Decision): Decision['level'] {
  return grounds.some(({ code }) => code === 'marking-not-covered') ? null : level
}

function byDifference(old: RegistryDocument, next: RegistryDocument, at: Seconds) {
  const told = { opened: new Set<string>(), closed: new Set<string>(), markings: new Set<string>() }
  for (const change of differenceOf(old, next, at).moments[0]?.transfers ?? [])
    for (const [from, to] of change.pairs)
      for (const purpose of change.purposes) {
        const way = [from, to, change.agreement, change.category, purpose].join(' | ')
        if (opens(change)) told.opened.add(way)
        if (closes(change)) told.closed.add(way)
        for (const { issuer, marking } of [...change.opened, ...change.closed])
          told.markings.add(`${way} | ${issuer}:${marking}`)
      }
  return told
}

const withAccreditation = (id: string, accreditation: 0 | 4): RegistryDocument => ({
  ...union,
  parties: union.parties.map((party) => (party.id === id ? { ...party, accreditation } : party)),
})

test.each<readonly [string, RegistryDocument]>([
  ['nothing', union],
  ['an agreement that is gone', { ...union, agreements: [alliance, demanding] }],
  [
    'a new agreement',
    unionWith(agreement('NLD-FIN', ['NLD'], ['FIN'], { ceilings: new Map([['visit', 2]]) })),
  ],
  [
    'a higher ceiling',
    unionWith({
      ...oneWay,
      ceilings: new Map([
        ['clearance', 3],
        ['visit', 1],
      ]),
    }),
  ],
  ['a lower ceiling', unionWith({ ...alliance, ceilings: new Map([['clearance', 1]]) })],
  ['one purpose for another', unionWith({ ...alliance, purposes: ['inspection', 'visit'] })],
  [
    'another purpose and a higher ceiling',
    unionWith({ ...oneWay, purposes: ['inspection', 'visit'], ceilings: new Map([['clearance', 3]]) }),
  ],
  [
    'a suspension',
    unionWith({ ...alliance, timeline: [...alliance.timeline, { at: now - day, state: 'suspended' }] }),
  ],
  ['the other direction', unionWith({ ...oneWay, direction: 'both' })],
  ['an agreement sooner', unionWith({ ...coming, from: now - day })],
  ['a higher accreditation', withAccreditation('FIN', 4)],
  ['a lower accreditation', withAccreditation('NLD', 0)],
  ['a member less', { ...union, groups: [{ id: 'NATO', members: [{ party: 'EST' }, { party: 'FIN' }] }] }],
  ['a party less', { ...union, parties: union.parties.filter(({ id }) => id !== 'FIN') }],
  [
    'rows that say otherwise',
    unionWith({
      ...demanding,
      table: demanding.table.map((row, i) => ({ ...row, level: i === 2 ? 4 : row.level })),
    }),
  ],
  ['a row less', unionWith({ ...demanding, table: demanding.table.slice(1) })],
])('%s', (_, changed) => {
  const [old, next] = [withPlain(union), withPlain(changed)]
  expect(byDifference(old, next, now)).toEqual(byDecisions(old, next, now))
})

test.each<readonly [string, Partial<Marking>]>([
  ['a marking that counts for more', { high: 3 }],
  ['a marking that counts for less', { low: 1, high: 1 }],
  ['a marking that is over', { until: now }],
])('%s', (_, change) => {
  const [old, next] = [withPlain(union), withPlain(union, change)]
  expect(byDifference(old, next, now)).toEqual(byDecisions(old, next, now))
  expect(byDifference(next, old, now)).toEqual(byDecisions(next, old, now))
})

describe('in words', () => {
  const inWords = (next: RegistryDocument) =>
    differenceOf(union, next, now).moments.map((moment) => [moment.at - now, ...momentLines(moment)])

  test('nothing', () => expect(inWords(union)).toEqual([[0, 'opens and closes nothing']]))

  test('by agreement, category and purposes, the pairs in as few words as they allow', () => {
    expect(
      inWords(
        unionWith({
          ...alliance,
          ceilings: new Map([
            ['clearance', 3],
            ['visit', 1],
          ]),
          purposes: ['visit'],
        }),
      ),
    ).toEqual([
      [
        0,
        'closes',
        '  NATO-INFO: clearance for posting: nothing, was up to 4 (top secret)',
        '    FIN, NLD to EST (2 directions)',
        '  NATO-INFO: clearance for posting: nothing, was up to 3 (secret)',
        '    EST, FIN to NLD (2 directions)',
        '  NATO-INFO: clearance for posting: nothing, was up to 2 (confidential)',
        '    EST, NLD to FIN (2 directions)',
        '  NATO-INFO: clearance for visit: up to 3 (secret), was up to 4 (top secret)',
        '    FIN, NLD to EST (2 directions)',
        '  NATO-INFO: visit for posting: nothing, was up to 1 (restricted)',
        '    among EST, FIN, NLD (6 directions)',
      ],
      // From then on the Netherlands are no member any more, and less is left to close.
      [
        20 * day,
        'closes',
        '  NATO-INFO: clearance for posting: nothing, was up to 4 (top secret)',
        '    FIN to EST',
        '  NATO-INFO: clearance for posting: nothing, was up to 2 (confidential)',
        '    EST to FIN',
        '  NATO-INFO: clearance for visit: up to 3 (secret), was up to 4 (top secret)',
        '    FIN to EST',
        '  NATO-INFO: visit for posting: nothing, was up to 1 (restricted)',
        '    among EST, FIN (2 directions)',
      ],
    ])
  })

  test('what begins later is told with its day', () => {
    const [today, later] = inWords(unionWith({ ...coming, ceilings: new Map([['clearance', 1]]) }))
    expect(today).toEqual([0, 'opens and closes nothing'])
    expect(later?.slice(0, 3)).toEqual([
      10 * day,
      'closes',
      '  NLD-CHE: clearance for posting, visit: up to 1 (restricted), was up to 3 (secret)',
    ])
  })

  test('terms, members, compartments and caveats, each on its side', () => {
    const changed = unionWith({
      ...demanding,
      needToKnow: false,
      legalBases: ['statute', 'treaty'],
      nationals: ['NATO'],
      retention: 50 * day,
      onward: [],
      aggregation: [],
    })
    const [first] = inWords({
      ...changed,
      parties: union.parties.map((party) =>
        party.id === 'NLD' ? { ...party, compartments: ['NATO/CRYPTO'] } : party,
      ),
      schemes: union.schemes.map((scheme) => ({ ...scheme, caveats: scheme.caveats.slice(1) })),
    })
    expect(first).toEqual([
      0,
      'opens',
      '  agreement EST-CHE: legal bases: statute',
      '  agreement EST-CHE: a stated need-to-know is no longer asked for',
      '  agreement EST-CHE: no longer: from 10 of clearance in 86400 s on, level 4',
      '  party NLD: compartment NATO/CRYPTO',
      'closes',
      '  agreement EST-CHE: nationals: CHE',
      '  agreement EST-CHE: onward to: FIN',
      '  agreement EST-CHE: seconds of retention: 4320000 (was 8640000)',
      '  party NLD: compartment NATO/ATOMAL',
      '  scheme NATO: caveat ORIGINATOR SENDS',
    ])
  })

  test('pairs that are no product are told sender by sender', () => {
    expect(
      pairLines([
        ['A', 'B'],
        ['B', 'C'],
        ['B', 'D'],
      ]),
    ).toEqual(['A to B', 'B to C, D'])
  })
})

test('what is listed: parties, keys, agreements that came, went or changed', () => {
  const [, ...parties] = union.parties
  const next = { ...union, parties, agreements: [alliance, demanding, { ...oneWay, title: 'renamed' }] }
  expect(differenceOf(union, next, now).lists).toEqual([
    { kind: 'parties', added: [], removed: ['EST'], changed: [] },
    { kind: 'agreements', added: [], removed: ['NLD-CHE'], changed: ['FIN-CHE'] },
  ])
})
