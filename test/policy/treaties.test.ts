/**
 * Decisions under real treaties: direction by direction and level by level, where one side has no such level, what the
 * sender may ask for, and what each day of a treaty's life allows.
 */
import { describe, expect, test } from 'vitest'
import { levelOut, markingFor } from '../../protocol/policy/scheme.ts'
import { markingAt } from '../../protocol/policy/rules.ts'
import { protectAs } from '../../protocol/policy/equivalence.ts'
import { withSuspensions } from '../../protocol/policy/standing-suspensions.ts'
import { shippedProfile } from '../../src/registry/profile.ts'
import { agreementsOf, type Asking, asked, dayOf, rulesOf, verdict } from '../support/profile.ts'

const rules = rulesOf('treaties')
const usual = { purpose: 'protection', category: 'classified', on: '2026-11-23' } as const

function under(agreement: string, from: string, to: string, marking: string, more: Partial<Asking> = {}) {
  return asked(rules, { ...usual, agreement, from, to, marking, ...more })
}

describe('direction by direction, level by level', () => {
  const before2021 = { on: '2020-06-01' }
  type Row = readonly [
    ...[agreement: string, from: string, to: string, marking: string, level: number | null],
    ...[answer: string, kept: string | undefined, more?: Partial<Asking>],
  ]
  const rows: readonly Row[] = [
    ['CH-FI-2014', 'CHE', 'FIN', 'CHE:INTERN', 1, 'yes', 'KÄYTTÖ RAJOITETTU'],
    ['CH-FI-2014', 'CHE', 'FIN', 'CHE:CONFIDENTIEL', 2, 'yes', 'LUOTTAMUKSELLINEN'],
    ['CH-FI-2014', 'CHE', 'FIN', 'CHE:SEGRETO', 3, 'yes', 'SALAINEN'],
    ['CH-FI-2014', 'FIN', 'CHE', 'FIN:BEGRÄNSAD TILLGÅNG', 1, 'yes', 'INTERN'],
    ['CH-FI-2014', 'FIN', 'CHE', 'FIN:LUOTTAMUKSELLINEN', 2, 'yes', 'VERTRAULICH'],
    ['CH-FI-2014', 'FIN', 'CHE', 'FIN:HEMLIG', 3, 'yes', 'GEHEIM'],
    // Switzerland has no TOP SECRET: only by a supplementary arrangement.
    ['CH-FI-2014', 'FIN', 'CHE', 'FIN:ERITTÄIN SALAINEN', 4, 'above-ceiling marking-not-covered', undefined],
    ['CH-EE', 'CHE', 'EST', 'CHE:GEHEIM', 3, 'yes', 'SALAJANE'],
    ['CH-EE', 'CHE', 'EST', 'CHE:INTERNE', 1, 'yes', 'PIIRATUD'],
    ['CH-EE', 'EST', 'CHE', 'EST:PIIRATUD', 1, 'yes', 'INTERN'],
    ['CH-EE', 'EST', 'CHE', 'EST:KONFIDENTSIAALNE', 2, 'yes', 'VERTRAULICH'],
    ['CH-EE', 'EST', 'CHE', 'EST:SALAJANE', 3, 'yes', 'GEHEIM'],
    // No less than GEHEIM, with the measures that Estonia asks for.
    ['CH-EE', 'EST', 'CHE', 'EST:TÄIESTI SALAJANE', 4, 'yes', 'GEHEIM'],
    ['CH-PL-2022', 'CHE', 'POL', 'CHE:SECRET', 3, 'yes', 'TAJNE'],
    ['CH-PL-2022', 'CHE', 'POL', 'CHE:VERTRAULICH', 2, 'yes', 'POUFNE'],
    ['CH-PL-2022', 'POL', 'CHE', 'POL:ZASTRZEŻONE', 1, 'yes', 'INTERN'],
    ['CH-PL-2022', 'POL', 'CHE', 'POL:TAJNE', 3, 'yes', 'GEHEIM'],
    ['CH-PL-2022', 'POL', 'CHE', 'POL:ŚCIŚLE TAJNE', 4, 'above-ceiling marking-not-covered', undefined],
    // The table names the French markings of before July 2021.
    ['CH-FR-2006', 'FRA', 'CHE', 'FRA:SECRET DÉFENSE', 3, 'yes', 'GEHEIM', before2021],
    ['CH-FR-2006', 'FRA', 'CHE', 'FRA:CONFIDENTIEL DEFENSE', 2, 'yes', 'VERTRAULICH', before2021],
    ['CH-FR-2006', 'FRA', 'CHE', 'FRA:DIFFUSION RESTREINTE', 1, 'yes', 'INTERN', before2021],
    [
      'CH-FR-2006',
      'FRA',
      'CHE',
      'FRA:TRÈS SECRET DÉFENSE',
      4,
      'above-ceiling marking-not-covered',
      undefined,
      before2021,
    ],
    ['CH-FR-2006', 'CHE', 'FRA', 'CHE:GEHEIM', 3, 'yes', 'SECRET DÉFENSE', before2021],
    ['CH-FR-2006', 'CHE', 'FRA', 'CHE:INTERN', 1, 'yes', 'DIFFUSION RESTREINTE', before2021],
    ['CH-FR-2006', 'FRA', 'CHE', 'FRA:SECRET', 3, 'marking-not-covered', 'GEHEIM'],
    ['CH-FR-2006', 'FRA', 'CHE', 'FRA:SECRET DÉFENSE', null, 'marking-not-in-force', undefined],
  ]
  const named = rows.map(([agreement, from, to, marking, level, answer, kept, more = {}]) => {
    return { agreement, from, to, marking, level, answer, kept, more }
  })

  test.each(named)('$agreement, $from to $to, $marking: level $level, $answer', (row) => {
    const { agreement, from, to, marking, level, answer, kept, more } = row
    const decision = under(agreement, from, to, marking, more)
    expect([decision.level, verdict(decision)]).toEqual([level, answer])
    const [policy = '', form = ''] = marking.split(':')
    const at = dayOf(more.on ?? usual.on)
    expect(protectAs(rules, { policy, marking: form, at }, to, at, rules.agreements.get(agreement))).toBe(
      kept,
    )
  })

  test('what was marked before July 2021 is sent by the old row still', () => {
    const label = { at: dayOf('2021-06-30') }
    expect(verdict(under('CH-FR-2006', 'FRA', 'CHE', 'FRA:SECRET DÉFENSE', { label }))).toBe('yes')
  })

  test('one word, two states: SECRET is by its issuer', () => {
    expect(verdict(under('CH-FI-2014', 'CHE', 'FIN', 'CHE:SECRET'))).toBe('yes')
    expect(verdict(under('CH-FI-2014', 'CHE', 'FIN', 'FIN:SECRET'))).toBe('unknown-marking')
  })

  test('not between others, and not by another treaty', () => {
    expect(verdict(under('CH-FI-2014', 'FIN', 'EST', 'FIN:SALAINEN'))).toBe('party-not-covered')
    expect(verdict(under('CH-FI-2014', 'EST', 'CHE', 'EST:SALAJANE'))).toBe('party-not-covered')
  })
})

describe('no downgrade', () => {
  const rows = agreementsOf(shippedProfile('treaties')).flatMap(({ id, first, second, table }) =>
    table.map((row) => ({ id, ...row, to: row.issuer === first[0] ? second[0] : first[0] })),
  )

  test.each(rows)('$id: $issuer $marking is protected as $protectAs', ({
    issuer,
    marking,
    level,
    protectAs: as,
    to,
    measures,
  }) => {
    const at = dayOf(issuer === 'FRA' || to === 'FRA' ? '2020-06-01' : usual.on)
    const [own, theirs] = [rules.schemes.get(issuer), rules.schemes.get(to ?? '')]
    const sent = own && markingAt(own, marking, at)
    const kept = theirs && markingAt(theirs, as ?? '', at)
    // One of the markings of the Japanese side is not among those that its scheme has.
    if (sent === undefined) {
      expect(marking).toBe('BOUEI HIMITSU')
      return
    }
    expect(level).toBeGreaterThanOrEqual(sent.low)
    expect(levelOut(sent)).toBeLessThanOrEqual(level)
    if ((kept?.low ?? 0) >= level) return
    // Lower in name, and only where the receiver has nothing higher: then with measures that the sender asks for.
    expect(theirs && markingFor(theirs.scheme, level, at)).toBeUndefined()
    expect(measures.length).toBeGreaterThan(0)
  })

  test('there and back again nothing is worth less', () => {
    for (const { issuer, marking, level, protectAs: as = '', to = '', id } of rows) {
      const back = rows.find((row) => row.id === id && row.issuer === to && row.marking === as)
      if (marking === 'BOUEI HIMITSU' || marking === 'TÄIESTI SALAJANE') continue
      expect([issuer, back?.level]).toEqual([issuer, level])
    }
  })
})

describe('third parties', () => {
  const passedOn = { label: { originator: 'EST' } }

  test('what Estonia gave Switzerland does not go on to Finland without its consent', () => {
    const decision = under('CH-FI-2014', 'CHE', 'FIN', 'EST:SALAJANE', passedOn)
    expect(verdict(decision)).toBe('third-party-not-consented')
    expect(decision.grounds[0]).toMatchObject({ subject: 'EST' })
  })

  test('and does with it', () => {
    const consenting = rulesOf('treaties', (each) =>
      each.id === 'CH-EE' ? { ...each, onward: ['FIN'] } : each,
    )
    const asking = {
      ...usual,
      agreement: 'CH-FI-2014',
      from: 'CHE',
      to: 'FIN',
      marking: 'EST:SALAJANE',
      ...passedOn,
    }
    expect(verdict(asked(consenting, asking))).toBe('yes')
    // Consent to one is not consent to another.
    expect(verdict(asked(consenting, { ...asking, agreement: 'CH-PL-2022', to: 'POL' }))).toBe(
      'third-party-not-consented',
    )
    const standing = [{ agreement: 'CH-EE', by: 'EST', from: 0 }]
    expect(verdict(asked(withSuspensions(consenting, standing), asking))).toBe('third-party-not-consented')
  })
})

describe('nationals of the two, where the sender asks for it', () => {
  const reader = (...nationalities: readonly string[]) => ({
    more: { reader: { clearance: 3 as const, nationalities } },
  })
  test.each([
    ['CH-FR-2006-NATIONALS', reader('CHE'), 'yes'],
    ['CH-FR-2006-NATIONALS', reader('CHE', 'FRA'), 'yes'],
    ['CH-FR-2006-NATIONALS', reader('CHE', 'USA'), 'nationality-not-covered'],
    ['CH-FR-2006-NATIONALS', {}, 'nationality-not-covered'],
    ['CH-FR-2006', reader('CHE', 'USA'), 'yes'],
    ['CH-FR-2006', {}, 'yes'],
  ])('%s, %o: %s', (agreement, more, answer) => {
    const decision = under(agreement, 'FRA', 'CHE', 'FRA:SECRET DÉFENSE', { on: '2020-06-01', ...more })
    expect(verdict(decision)).toBe(answer)
    if (answer !== 'yes') expect(decision.grounds[0]).toMatchObject({ article: 'art. 5.4' })
  })
})

describe('Korea and Japan', () => {
  const between = { purpose: 'military-information', category: 'military' }
  const on = (day: string, more: Partial<Asking> = {}) =>
    under('KR-JP-2016', 'KOR', 'JPN', 'KOR:2급 비밀', { ...between, on: day, ...more })

  test.each([
    ['the day before', '2016-11-22', 'agreement-not-in-force'],
    ['in force', '2016-11-23', 'yes'],
    ['the day before notice', '2019-08-21', 'yes'],
    ['notice given: it binds until it has run out', '2019-08-22', 'yes'],
    ['the last day of notice', '2019-11-21', 'yes'],
    ['notice suspended: it continues', '2019-11-22', 'yes'],
    ['years after', '2022-06-01', 'yes'],
    ['normal again', '2023-04-01', 'yes'],
  ])('%s, %s: %s', (_, day, answer) => {
    expect(verdict(on(day))).toBe(answer)
  })

  test('had the notice run out, it would have ended', () => {
    const ended = rulesOf('treaties', (each) =>
      each.id !== 'KR-JP-2016'
        ? each
        : {
            ...each,
            timeline: [...each.timeline.slice(0, 2), { at: dayOf('2019-11-23'), state: 'terminated' }],
          },
    )
    const asking = {
      ...usual,
      ...between,
      agreement: 'KR-JP-2016',
      from: 'JPN',
      to: 'KOR',
      marking: 'JPN:極秘',
    }
    expect(verdict(asked(ended, { ...asking, on: '2019-11-22' }))).toBe('yes')
    expect(verdict(asked(ended, { ...asking, on: '2019-11-23' }))).toBe('agreement-terminated')
  })

  test('were it suspended, and returned to, each would be from the next decision on', () => {
    const suspended = withSuspensions(rules, [{ agreement: 'KR-JP-2016', by: 'KOR', from: 0 }])
    const asking = {
      ...usual,
      ...between,
      agreement: 'KR-JP-2016',
      from: 'JPN',
      to: 'KOR',
      marking: 'JPN:GOKUHI',
      on: '2019-12-01',
    }
    expect(verdict(asked(suspended, asking))).toBe('agreement-suspended')
    expect(verdict(asked(withSuspensions(suspended, []), asking))).toBe('yes')
  })

  test.each<readonly [string, Partial<Asking>, string]>([
    ['another purpose', { purpose: 'procurement' }, 'purpose-not-covered'],
    ['another category', { category: 'classified' }, 'category-not-covered'],
    ['what is higher', { marking: 'KOR:1급 비밀' }, 'above-ceiling marking-not-covered'],
    ['what the table does not name', { marking: 'KOR:대외비' }, 'marking-not-covered'],
    ['a third country', { to: 'CHE' }, 'party-not-covered'],
  ])('not for %s', (_, more, answer) => {
    expect(verdict(on('2024-01-01', more))).toBe(answer)
  })
})
