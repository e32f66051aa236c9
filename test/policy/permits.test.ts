/** What permits: the ends of terms and suspensions, languages, groups, tables, and everything stated that is asked for. */
import { describe, expect, test } from 'vitest'
import { type Agreement, liveStates, states } from '../../protocol/policy/agreement.ts'
import { decide } from '../../protocol/policy/decide.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { consent, day, label, now, question, sources, treaty } from './world.ts'

const everythingStated = {
  needToKnow: 'CASE-7',
  legalBasis: 'ACT-12',
  reader: { clearance: 3, nationalities: ['ALPHA', 'BETA'] },
} as const

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

  test('everything that the agreement asks to be stated', () => {
    const asking = { needToKnow: true, legalBases: ['ACT-12'], nationals: ['ALLY'], retention: day }
    const asks = rulesFrom({ ...sources, agreements: [{ ...treaty, ...asking }] })
    const stated = { ...question, ...everythingStated, label: { ...label, retainUntil: now + day } }
    expect(decide(stated, asks, now)).toEqual({ allow: true, level: 3, grounds: [] })
    expect(decide(question, asks, now).grounds.map(({ code }) => code)).toEqual([
      'legal-basis-not-covered',
      'nationality-not-covered',
      'need-to-know-not-stated',
      'retention-not-covered',
    ])
  })

  test('what is a third party’s, with its consent; what is the sender’s or the receiver’s own', () => {
    const consented = rulesFrom({ ...sources, agreements: [treaty, consent] })
    const ofThem = (originator: string) => ({ ...question, label: { ...label, originator } })
    expect(decide(ofThem('DELTA'), consented, now).allow).toBe(true)
    expect(decide(ofThem('ALPHA'), rules, now).allow).toBe(true)
    expect(decide(ofThem('BETA'), rules, now).allow).toBe(true)
  })

  test('so many as stay below the count, and what was sent before in another category', () => {
    const limit = { category: 'clearance', period: day, count: 3, level: 4 } as const
    const limited = rulesFrom({ ...sources, agreements: [{ ...treaty, aggregation: [limit] }] })
    expect(decide({ ...question, counted: [1] }, limited, now)).toMatchObject({ allow: true, level: 3 })
    expect(decide({ ...question, counted: [NaN] }, limited, now)).toMatchObject({ allow: false, level: 4 })
    const others = rulesFrom({
      ...sources,
      agreements: [{ ...treaty, aggregation: [{ ...limit, category: 'visit' }] }],
    })
    expect(decide({ ...question, counted: [9] }, others, now)).toMatchObject({ allow: true, level: 3 })
  })

  test('an aggregation that is lower than the label lowers nothing', () => {
    const limit = { category: 'clearance', period: day, count: 1, level: 1 } as const
    const limited = rulesFrom({ ...sources, agreements: [{ ...treaty, aggregation: [limit] }] })
    expect(decide({ ...question, counted: [9] }, limited, now)).toMatchObject({ allow: true, level: 3 })
  })

  test('what a party suspended, before and after; all who suspend it are told', () => {
    const of = (by: string) => ({ agreement: treaty.id, by, from: now - day, until: now })
    const suspensions = [of('BETA'), of('ALPHA'), of('BETA')]
    const suspended = rulesFrom({ ...sources, suspensions })
    expect(decide(question, suspended, now - day - 1).allow).toBe(true)
    expect(decide(question, suspended, now).allow).toBe(true)
    expect(decide(question, suspended, now - 1).grounds).toMatchObject([
      { code: 'agreement-suspended', found: 'by ALPHA, BETA' },
    ])
  })

  test('nothing that a module would be asked about where nothing evaluates it', () => {
    const unevaluated = rulesFrom({ ...sources, modules: [{ party: 'ALPHA', policies: '' }] })
    expect(decide(question, unevaluated, now).grounds).toMatchObject([
      { code: 'national-module-failed', subject: 'ALPHA' },
    ])
  })

  test('the table of the agreement, within the interval of the scheme', () => {
    const marked = { ...label, policy: 'GAMMA', marking: 'TAJNO', compartments: [], caveats: [] }
    expect(decide({ ...question, label: marked }, rules, now)).toMatchObject({ allow: true, level: 2 })
    const below = { ...treaty, table: treaty.table.map((row) => ({ ...row, level: 0 as const })) }
    const lowered = rulesFrom({ ...sources, agreements: [below] })
    expect(decide({ ...question, label: marked }, lowered, now).level).toBe(2)
  })
})
