/** National modules only narrow, and mean what they say: against conditions written a second time, in TypeScript. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { GroundCode } from '../../protocol/policy/ground.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { nationalEvaluator } from '../../src/policy/national/national.ts'
import { questions } from './arbitraries.ts'
import { moduleOf, told } from './national-world.ts'
import { day, now, sources } from './world.ts'

type Meaning = (question: Question, level: number) => boolean | 'fails'

/** Conditions with what they mean of a question that they can be asked of. */
const conditions: readonly (readonly [condition: string, meaning: Meaning])[] = [
  ['true', () => true],
  ['resource.level >= 3', (_, level) => level >= 3],
  ['principal == Party::"ALPHA"', ({ from }) => from === 'ALPHA'],
  ['context.receiver != Party::"BETA"', ({ to }) => to !== 'BETA'],
  ['context.purpose == Purpose::"vetting"', ({ purpose }) => purpose === 'vetting'],
  ['context.category == Category::"visit"', ({ category }) => category === 'visit'],
  [
    'resource.compartments.contains(Compartment::"ALLY/ATOMAL")',
    ({ label }) => label.policy === 'ALLY' && label.compartments.includes('ATOMAL'),
  ],
  ['resource.caveats.contains(Caveat::"ALLY/BETA EYES")', ({ label }) => label.caveats.includes('BETA EYES')],
  ['resource.marking == Marking::"ALLY:ALLY SECRET"', ({ label }) => label.marking === 'ALLY SECRET'],
  ['resource.issuer == Party::"GAMMA"', ({ label }) => label.policy === 'GAMMA'],
  ['!(resource has releasableTo)', ({ label }) => label.releasability === 'unrestricted'],
  [
    'resource has releasableTo && resource.releasableTo.contains(Party::"DELTA")',
    ({ label: { releasability, at } }) =>
      releasability !== 'unrestricted' &&
      (releasability.includes('DELTA') || (releasability.includes('ALLY') && at < now - 10 * day)),
  ],
  ['context.receiverGroups.contains(Group::"ALLY")', ({ to }) => to !== 'DELTA'],
  ['context.senderGroups.contains(Group::"ALLY")', ({ from }) => from !== 'DELTA'],
  ['resource.originator == principal', () => true],
  [
    'resource has retainUntil && resource.retainUntil > context.at.offset(duration("1h"))',
    ({ label: { retainUntil = 0 } }) => retainUntil > now + 3600,
  ],
  ['resource.marked < context.at.offset(duration("-300d"))', ({ label }) => label.at < now - 300 * day],
  ['context has needToKnow', ({ needToKnow }) => needToKnow !== undefined],
  [
    'context has reader && context.reader.clearance < resource.level',
    ({ reader }, level) => reader !== undefined && reader.clearance < level,
  ],
  [
    'context has reader && ![Nation::"ALPHA", Nation::"BETA"].containsAll(context.reader.nationalities)',
    ({ reader }) => reader?.nationalities.some((nation) => !['ALPHA', 'BETA'].includes(nation)) === true,
  ],
  ['resource.level * 4611686018427387904 < 0', (_, level) => (level >= 2 ? 'fails' : false)],
]

const rulesOf = (chosen: typeof conditions) =>
  rulesFrom(
    { ...sources, modules: [moduleOf('BETA', ...chosen.map(([condition]) => condition))] },
    nationalEvaluator,
  )
const plain = rulesFrom(sources)
const all = rulesOf(conditions)
const each = conditions.map((condition) => rulesOf([condition]))

const justified: fc.Arbitrary<Question> = fc
  .tuple(
    questions,
    fc.record(
      {
        needToKnow: fc.constant('CASE-7'),
        reader: fc.record({
          clearance: fc.constantFrom(0, 2, 3, 4),
          nationalities: fc.subarray(['ALPHA', 'BETA', 'OMEGA'], { minLength: 1 }),
        }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([question, stated]) => ({ ...question, ...stated }))

/** When one of these is told, something is asked about that a module has no word for. */
const unknown: readonly GroundCode[] = [
  ...(['unknown-policy', 'unknown-marking', 'marking-not-in-force', 'unknown-party'] as const),
  ...(['unknown-release-name', 'unknown-caveat', 'no-agreement'] as const),
]

function isAskable({ purpose, category, label }: Question, codes: readonly GroundCode[]): boolean {
  const isKnown = label.compartments.every((name) => `${label.policy}/${name}` in held)
  return (
    purpose !== 'curiosity' &&
    category !== 'courier' &&
    isKnown &&
    !codes.some((code) => unknown.includes(code))
  )
}

const held = { 'ALLY/ATOMAL': 'BETA', 'GAMMA/ATOMAL': 'DELTA' }
const runs = { numRuns: 400 }

describe('with a module', () => {
  test('no decision is more permissive, and every other ground is told as before', () => {
    const holds = (question: Question, i: number) => {
      const before = decide(question, plain, now)
      for (const rules of [all, each[i % each.length] ?? all]) {
        const after = decide(question, rules, now)
        expect(after.level).toBe(before.level)
        expect(after.grounds.filter(({ code }) => !code.startsWith('national-'))).toEqual(before.grounds)
        expect(after.allow && !before.allow).toBe(false)
      }
    }
    fc.assert(fc.property(justified, fc.nat(), holds), runs)
  })

  test('exactly what the conditions mean is forbidden', () => {
    const holds = (question: Question) => {
      const { level, grounds } = decide(question, plain, now)
      const codes = grounds.map(({ code }) => code)
      const expected: string[] = []
      if (question.from === 'BETA' || question.to === 'BETA') {
        const said = isAskable(question, codes)
          ? conditions.map(([, meaning]) => meaning(question, level ?? 0))
          : ['fails']
        if (said.includes('fails')) expected.push('national-module-failed BETA')
        expected.push(
          ...said.flatMap((is, i) => (is === true ? [`national-restriction BETA: rule-${i + 1}`] : [])),
        )
      }
      const found = told(decide(question, all, now)).filter((line) => line.startsWith('national-'))
      expect(found.sort()).toEqual(expected.sort())
    }
    fc.assert(fc.property(justified, holds), runs)
  })
})
