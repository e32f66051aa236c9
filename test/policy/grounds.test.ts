/** Each ground alone: one row makes exactly that condition fail in a world where everything else holds. */
import { describe, expect, test } from 'vitest'
import type { Label } from '../../protocol/label.ts'
import { type Agreement, liveStates, states } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { decide, decideAll } from '../../protocol/policy/decide.ts'
import { type GroundCode, groundCodes } from '../../protocol/policy/ground.ts'
import { rulesFrom, type Standing } from '../../protocol/policy/rules.ts'
import { day, label, now, question, sources, treaty } from './world.ts'

interface Row {
  readonly because: string
  readonly label?: Partial<Label>
  readonly ask?: Partial<Question>
  readonly treaty?: Partial<Agreement>
  readonly beta?: Partial<Standing>
}

const rows: readonly (readonly [GroundCode, Row])[] = [
  [
    'unknown-policy',
    { because: 'nobody issues it', label: { policy: 'NEMO', caveats: [], compartments: [] } },
  ],
  ['unknown-marking', { because: 'no such marking', label: { marking: 'ALLY SECRETE' } }],
  ['unknown-marking', { because: 'a Cyrillic letter', label: { marking: 'ALLY SEСRET' } }],
  ['unknown-marking', { because: 'another case', label: { marking: 'Ally Secret' } }],
  ['unknown-marking', { because: 'another issuer’s', label: { marking: 'TAJNO' } }],
  ['marking-not-in-force', { because: 'ended before', label: { marking: 'ALLY STAMP' } }],
  ['label-dated-ahead', { because: 'over five minutes', label: { at: now + 301 } }],
  ['retention-ended', { because: 'ended now', label: { retainUntil: now } }],
  ['unknown-party', { because: 'of the sender', ask: { from: 'OMEGA' }, treaty: { first: ['OMEGA'] } }],
  [
    'unknown-party',
    {
      because: 'of the receiver',
      ask: { to: 'OMEGA' },
      label: { releasability: 'unrestricted' },
      treaty: { second: ['OMEGA'] },
    },
  ],
  ['unknown-party', { because: 'of the originator', label: { originator: 'OMEGA' } }],
  ['above-accreditation', { because: 'one level short', beta: { accreditation: 2 } }],
  ['compartment-not-held', { because: 'holds none', beta: { compartments: [] } }],
  ['compartment-not-held', { because: 'holds another issuer’s', beta: { compartments: ['GAMMA/ATOMAL'] } }],
  ['compartment-not-held', { because: 'issuer left out', beta: { compartments: ['ATOMAL'] } }],
  ['unknown-release-name', { because: 'beside a known one', label: { releasability: ['BETA', 'OMEGA'] } }],
  ['not-releasable', { because: 'to another', label: { releasability: ['DELTA'] } }],
  ['not-releasable', { because: 'to nobody', label: { releasability: [] } }],
  [
    'not-releasable',
    {
      because: 'not yet a member then',
      label: { releasability: ['ALLY'], at: now - 301 * day, caveats: [] },
    },
  ],
  ['unknown-caveat', { because: 'no such caveat', label: { caveats: ['HANDLE BY HANDS'] } }],
  [
    'caveat-not-met',
    { because: 'another originator', label: { caveats: ['ORIGINATOR SENDS'], originator: 'DELTA' } },
  ],
  ['caveat-not-met', { because: 'for another purpose', label: { caveats: ['VETTING ONLY'] } }],
  [
    'caveat-not-met',
    {
      because: 'for other eyes',
      ask: { from: 'BETA', to: 'ALPHA' },
      label: { caveats: ['BETA EYES'], compartments: [], releasability: 'unrestricted' },
    },
  ],
  ['no-agreement', { because: 'no such id', ask: { agreement: 'ALPHA-GAMMA' } }],
  ['party-not-covered', { because: 'of others', treaty: { first: ['DELTA'] } }],
  [
    'party-not-covered',
    {
      because: 'the other way round',
      treaty: { first: ['BETA'], second: ['ALPHA'], direction: 'first-to-second' },
    },
  ],
  [
    'party-not-covered',
    {
      because: 'no longer a member',
      ask: { to: 'DELTA' },
      label: { releasability: ['DELTA'], compartments: [] },
      treaty: { second: ['ALLY'] },
    },
  ],
  ['agreement-not-in-force', { because: 'begins later', treaty: { from: now + 1 } }],
  [
    'agreement-not-in-force',
    { because: 'only signed', treaty: { timeline: [{ at: now - day, state: 'signed' }] } },
  ],
  [
    'agreement-not-in-force',
    { because: 'no state yet', treaty: { timeline: [{ at: now + 1, state: 'in-force' }] } },
  ],
  ['agreement-expired', { because: 'ends now', treaty: { until: now } }],
  [
    'agreement-suspended',
    { because: 'since now', treaty: { timeline: [...treaty.timeline, { at: now, state: 'suspended' }] } },
  ],
  [
    'agreement-terminated',
    {
      because: 'since yesterday',
      treaty: { timeline: [...treaty.timeline, { at: now - day, state: 'terminated' }] },
    },
  ],
  [
    'agreement-terminated',
    {
      because: 'survives for the past',
      treaty: { timeline: [...treaty.timeline, { at: now, state: 'surviving' }] },
    },
  ],
  ['purpose-not-covered', { because: 'not among them', ask: { purpose: 'recruitment' } }],
  ['category-not-covered', { because: 'not among them', ask: { category: 'courier' } }],
  ['above-ceiling', { because: 'lower for visits', ask: { category: 'visit' } }],
  [
    'marking-not-covered',
    {
      because: 'the table stops below',
      label: { policy: 'GAMMA', marking: 'STROGO TAJNO', compartments: [], caveats: [] },
      treaty: { ceilings: new Map([['clearance', 4]]) },
      beta: { accreditation: 4 },
    },
  ],
]

function decided(row: Row): readonly GroundCode[] {
  const parties = sources.parties.map((party) => (party.id === 'BETA' ? { ...party, ...row.beta } : party))
  const rules = rulesFrom({ ...sources, parties, agreements: [{ ...treaty, ...row.treaty }] })
  const asked = { ...question, ...row.ask, label: { ...label, ...row.label } }
  const decision = decide(asked, rules, now)
  expect(decision.allow).toBe(decision.grounds.length === 0)
  return [...new Set(decision.grounds.map(({ code }) => code))]
}

test('the transfer that the rows start from is permitted, at its level', () => {
  expect(decide(question, rulesFrom(sources), now)).toEqual({ allow: true, level: 3, grounds: [] })
})

test.each(rows)('%s, $because', (code, row) => {
  expect(decided(row)).toEqual([code])
})

test('every ground has its row', () => {
  const told = new Set<GroundCode>(['no-recipient', ...rows.map(([code]) => code)])
  expect(groundCodes.filter((code) => !told.has(code))).toEqual([])
})

describe('several grounds', () => {
  const rules = rulesFrom(sources)

  test('all are told, sorted, each once', () => {
    const asked = {
      ...question,
      purpose: 'x',
      category: 'x',
      label: { ...label, releasability: [], compartments: ['A', 'B'] },
    }
    expect(decide(asked, rules, now).grounds.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'category-not-covered x',
      'compartment-not-held ALLY/A',
      'compartment-not-held ALLY/B',
      'not-releasable BETA',
      'purpose-not-covered x',
    ])
  })

  test('nothing known: nothing permitted, and no level', () => {
    const nothing = rulesFrom({ parties: [], groups: [], schemes: [], agreements: [] })
    const { allow, level, grounds } = decide(question, nothing, now)
    expect({ allow, level }).toEqual({ allow: false, level: null })
    expect(grounds.map(({ code }) => code)).toEqual([
      'no-agreement',
      'unknown-party',
      'unknown-party',
      'unknown-policy',
      'unknown-release-name',
    ])
  })

  test('a ground names the article of its agreement', () => {
    const [ground] = decide({ ...question, category: 'visit' }, rules, now).grounds
    expect(ground).toEqual({
      code: 'above-ceiling',
      party: 'BETA',
      subject: 'visit',
      required: '1',
      found: '3',
      agreement: 'ALPHA-BETA',
      article: 'art. 5 (2)',
    })
  })
})

describe('several recipients', () => {
  const wide = { ...treaty, second: ['BETA', 'DELTA'] }
  const rules = rulesFrom({ ...sources, agreements: [wide] })
  const open = { ...question, label: { ...label, compartments: [], releasability: 'unrestricted' as const } }

  test('permitted when all are', () => {
    expect(decideAll({ ...open, to: ['BETA', 'DELTA'] }, rules, now)).toEqual({
      allow: true,
      level: 3,
      grounds: [],
    })
  })

  test('refused when one is not, and it is named', () => {
    const { allow, grounds } = decideAll({ ...question, to: ['DELTA', 'BETA'] }, rules, now)
    expect(allow).toBe(false)
    expect(grounds.map(({ code, party }) => `${party} ${code}`)).toEqual([
      'DELTA compartment-not-held',
      'DELTA not-releasable',
    ])
  })

  test('to nobody is not permitted', () => {
    const { allow, level, grounds } = decideAll({ ...open, to: [] }, rules, now)
    expect({ allow, level, codes: grounds.map(({ code }) => code) }).toEqual({
      allow: false,
      level: null,
      codes: ['no-recipient'],
    })
  })
})

describe('what permits', () => {
  const rules = rulesFrom(sources)
  const lives = (state: Agreement['timeline'][number]['state']) =>
    rulesFrom({ ...sources, agreements: [{ ...treaty, timeline: [...treaty.timeline, { at: now, state }] }] })

  test.each(states)('an agreement that is %s: only if the state is live', (state) => {
    expect(decide(question, lives(state), now).allow).toBe(liveStates.has(state))
  })

  test('four states are live', () => {
    expect([...liveStates]).toEqual(['provisional', 'in-force', 'notice-given', 'notice-suspended'])
  })

  test('the end of a suspension', () => {
    const timeline = [
      ...treaty.timeline,
      { at: now - day, state: 'suspended' },
      { at: now, state: 'in-force' },
    ] as const
    const again = rulesFrom({ ...sources, agreements: [{ ...treaty, timeline }] })
    expect(decide(question, again, now - 1).grounds.map(({ code }) => code)).toEqual(['agreement-suspended'])
    expect(decide(question, again, now).allow).toBe(true)
  })

  test('a marking in another of its languages', () => {
    expect(decide({ ...question, label: { ...label, marking: 'ALLY SECRÈTE' } }, rules, now).allow).toBe(true)
  })

  test('a member of the group on the label’s day, who has left since', () => {
    const between = rulesFrom({ ...sources, agreements: [{ ...treaty, second: ['DELTA'] }] })
    const then = { ...label, compartments: [], releasability: ['ALLY'], at: now - 11 * day }
    expect(decide({ ...question, to: 'DELTA', label: then }, between, now).allow).toBe(true)
    const today = { ...then, at: now - 9 * day }
    expect(
      decide({ ...question, to: 'DELTA', label: today }, between, now).grounds.map(({ code }) => code),
    ).toEqual(['not-releasable'])
  })

  test('the table of the agreement, within the interval of the scheme', () => {
    const marked = { ...label, policy: 'GAMMA', marking: 'TAJNO', compartments: [], caveats: [] }
    expect(decide({ ...question, label: marked }, rules, now)).toMatchObject({ allow: true, level: 2 })
    const below = { ...treaty, table: treaty.table.map((row) => ({ ...row, level: 0 as const })) }
    const lowered = rulesFrom({ ...sources, agreements: [below] })
    expect(decide({ ...question, label: marked }, lowered, now).level).toBe(2)
  })
})

test('two rules with one id are refused, for nobody could say which of them binds', () => {
  expect(() => rulesFrom({ ...sources, agreements: [treaty, treaty] })).toThrow(
    expect.objectContaining({ code: 'malformed-structure' }),
  )
})
