/** Each ground alone: one row makes exactly that condition fail in a world where everything else holds. */
import { describe, expect, test } from 'vitest'
import { decide, decideAll } from '../../protocol/policy/decide.ts'
import { type GroundCode, groundCodes } from '../../protocol/policy/ground.ts'
import { rulesFrom, type Verdict } from '../../protocol/policy/rules.ts'
import { type Row, rows } from './ground-rows.ts'
import { label, now, question, sources, treaty } from './world.ts'

const silent: Verdict = { forbidden: [] }

function decided(row: Row): readonly GroundCode[] {
  const parties = sources.parties.map((party) => (party.id === 'BETA' ? { ...party, ...row.beta } : party))
  const { module, besides = [], suspensions = [] } = row
  const agreements = [{ ...treaty, ...row.treaty }, ...besides]
  const modules = module === undefined ? [] : [{ party: 'BETA', policies: '' }]
  const rules = rulesFrom(
    { ...sources, parties, agreements, suspensions, modules },
    () => () => module ?? silent,
  )
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
test('two rules with one id are refused, for nobody could say which of them binds', () => {
  expect(() => rulesFrom({ ...sources, agreements: [treaty, treaty] })).toThrow(
    expect.objectContaining({ code: 'malformed-structure' }),
  )
})
