/** How decisions move when what they are about moves: stricter never opens, and what does not matter changes nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAs, encodeAs, list } from '../../protocol/codec.ts'
import type { Label } from '../../protocol/label.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { decide, decideAll } from '../../protocol/policy/decide.ts'
import { explain } from '../../protocol/policy/explain.ts'
import { ground } from '../../protocol/policy/ground.ts'
import { dominates, restrictionOf } from '../../protocol/policy/lattice.ts'
import { levels } from '../../protocol/policy/level.ts'
import { type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import { labels, questions } from './arbitraries.ts'
import { consent, day, now, sources, treaty } from './world.ts'

const rules = rulesFrom(sources)
const runs = { numRuns: 3000 }

const higher: Readonly<Record<string, string>> = {
  'ALLY PROTECTED': 'ALLY CONFIDENTIAL',
  'ALLY CONFIDENTIAL': 'ALLY SECRET',
  TAJNO: 'STROGO TAJNO',
}

const stricter: Readonly<Record<string, (label: Label) => Label>> = {
  'a higher marking': (label) => ({ ...label, marking: higher[label.marking] ?? label.marking }),
  'one more compartment': (label) => ({ ...label, compartments: [...label.compartments, 'ZEAL'] }),
  'one more caveat': (label) => ({ ...label, caveats: [...label.caveats, 'VETTING ONLY'] }),
  'a smaller release': ({ releasability, ...label }) => ({
    ...label,
    releasability: releasability === 'unrestricted' ? ['BETA'] : releasability.slice(1),
  }),
  'an earlier end of retention': (label) => ({
    ...label,
    retainUntil: Math.min(label.retainUntil ?? now, now),
  }),
}

describe.each(Object.entries(stricter))('%s', (_, change) => {
  test('never turns a denial into a permission', () => {
    const holds = (question: Question) => {
      const before = decide(question, rules, now)
      const after = decide({ ...question, label: change(question.label) }, rules, now)
      // An unknown name may leave the release with the rest: that is a correction, not a stricter label.
      if (before.grounds.some(({ code }) => code === 'unknown-release-name')) return
      expect(after.allow && !before.allow).toBe(false)
    }
    fc.assert(fc.property(questions, holds), runs)
  })
})

/** Everything that an agreement can ask for, and what it is told. */
const asking = {
  ...treaty,
  legalBases: ['ACT'],
  needToKnow: true,
  nationals: ['ALLY'],
  aggregation: [{ category: 'clearance', period: day, count: 3, level: 4 }],
} as const
const statements: fc.Arbitrary<Partial<Question>> = fc.record(
  {
    needToKnow: fc.constant('CASE'),
    legalBasis: fc.constantFrom('ACT', 'ACT', 'ACT', 'HABIT'),
    reader: fc.record({
      clearance: fc.constantFrom(...levels),
      nationalities: fc.constantFrom(['ALPHA'], ['BETA'], ['BETA', 'DELTA']),
    }),
    counted: fc.constantFrom([0], [0], [1], [2], [9]),
  },
  { requiredKeys: [] },
)
const everything = {
  needToKnow: 'CASE',
  legalBasis: 'ACT',
  reader: { clearance: 3, nationalities: ['BETA'] },
} as const

function without(question: Question, member: 'counted' | 'needToKnow' | 'legalBasis'): Question {
  return Object.fromEntries(Object.entries(question).filter(([name]) => name !== member)) as Question & object
}

const originators = fc.option(fc.constantFrom('ALPHA', 'BETA', 'DELTA'), { nil: undefined })
const stated: fc.Arbitrary<Question> = fc
  .tuple(questions, fc.oneof(statements, fc.constant({ ...everything, counted: [0] })), originators)
  .map(([question, statement, originator]) => ({
    ...question,
    ...statement,
    label: { ...question.label, ...(originator !== undefined && { originator }) },
  }))

describe('what is stated, and what others have a say in', () => {
  const withConsent = { ...sources, agreements: [asking, consent] }
  const open = rulesFrom(withConsent)
  const suspension = { agreement: treaty.id, by: 'BETA', from: now }
  const silent = () => () => ({ forbidden: [] })
  const forbids = () => () => ({ forbidden: [{ subject: 'a rule' }] })
  const modules = [{ party: 'BETA', policies: '' }]
  const stricterRules: Readonly<Record<string, Rules>> = {
    'a suspension of the agreement': rulesFrom({ ...withConsent, suspensions: [suspension] }),
    'a suspension of the consent': rulesFrom({
      ...withConsent,
      suspensions: [{ ...suspension, agreement: consent.id }],
    }),
    'consent withdrawn': rulesFrom({ ...sources, agreements: [asking, { ...consent, onward: [] }] }),
    'a module that forbids': rulesFrom({ ...withConsent, modules }, forbids),
    'a module that nothing evaluates': rulesFrom({ ...withConsent, modules }),
    'an earlier end': rulesFrom({ ...sources, agreements: [{ ...asking, until: now }, consent] }),
    'one purpose less': rulesFrom({
      ...sources,
      agreements: [{ ...asking, purposes: ['vetting'] }, consent],
    }),
  }

  test.each(Object.entries(stricterRules))('%s never opens', (_, narrower) => {
    const holds = (question: Question) =>
      !decide(question, narrower, now).allow || decide(question, open, now).allow
    fc.assert(fc.property(stated, holds), runs)
  })

  test('a module that forbids nothing changes nothing', () => {
    const asked = rulesFrom({ ...withConsent, modules }, silent)
    const holds = (question: Question) => {
      expect(decide(question, asked, now)).toEqual(decide(question, open, now))
    }
    fc.assert(fc.property(stated, holds), runs)
  })

  const less: Readonly<Record<string, (question: Question) => Question>> = {
    'a lower clearance': (question) =>
      question.reader === undefined
        ? question
        : { ...question, reader: { ...question.reader, clearance: 0 } },
    'one more nationality': (question) =>
      question.reader === undefined
        ? question
        : {
            ...question,
            reader: { ...question.reader, nationalities: [...question.reader.nationalities, 'X'] },
          },
    'more sent before': ({ counted, ...question }) => ({
      ...question,
      ...(counted && { counted: counted.map((before) => before + 1) }),
    }),
    'what was sent before not counted': (question) => without(question, 'counted'),
    'no need-to-know': (question) => without(question, 'needToKnow'),
    'no legal basis': (question) => without(question, 'legalBasis'),
    'a third party’s': ({ label, ...question }) => ({
      ...question,
      label: { originator: 'DELTA', ...label },
    }),
  }

  test.each(Object.entries(less))('%s never opens', (_, change) => {
    const holds = (question: Question) =>
      !decide(change(question), open, now).allow || decide(question, open, now).allow
    fc.assert(fc.property(stated, holds), runs)
  })

  test('some of it is permitted', () => {
    const permitted = fc.sample(stated, runs.numRuns).filter((question) => decide(question, open, now).allow)
    expect(permitted.length).toBeGreaterThan(10)
  })
})

describe('agreements', () => {
  const asked = (question: Question, agreement: Partial<typeof treaty>) =>
    decide(question, rulesFrom({ ...sources, agreements: [{ ...treaty, ...agreement }] }), now)

  test('an earlier end, a lower ceiling, fewer purposes or a suspension never open', () => {
    const narrower: readonly Partial<typeof treaty>[] = [
      { until: now },
      { ceilings: new Map([['clearance', 2]]) },
      { purposes: ['vetting'] },
      { direction: 'first-to-second' },
      { timeline: [...treaty.timeline, { at: now, state: 'suspended' }] },
    ]
    const holds = (question: Question, terms: Partial<typeof treaty>) =>
      !asked(question, terms).allow || decide(question, rules, now).allow
    fc.assert(fc.property(questions, fc.constantFrom(...narrower), holds), runs)
  })

  test('those that the question does not name change nothing', () => {
    const others = Array.from({ length: 1000 }, (_, i) => ({ ...treaty, id: `OTHER-${i}` }))
    const many = rulesFrom({ ...sources, agreements: [...others, treaty] })
    const holds = (question: Question) => {
      expect(decide(question, many, now)).toEqual(decide(question, rules, now))
    }
    fc.assert(fc.property(questions, holds), runs)
  })
})

test('to several is permitted exactly when to each is, whatever their order', () => {
  const holds = (question: Question, to: string[]) => {
    const all = decideAll({ ...question, to }, rules, now)
    expect(all.allow).toBe(to.every((party) => decide({ ...question, to: party }, rules, now).allow))
    expect(decideAll({ ...question, to: to.toReversed() }, rules, now)).toEqual(all)
  }
  const recipients = fc.uniqueArray(fc.constantFrom('ALPHA', 'BETA', 'DELTA', 'OMEGA'), { minLength: 1 })
  fc.assert(fc.property(questions, recipients, holds), runs)
})

test('the order of the rules changes nothing', () => {
  const { parties, groups, schemes, agreements } = sources
  const reversed = rulesFrom({
    parties: parties.toReversed(),
    groups,
    schemes: schemes.map(({ markings, caveats, ...scheme }) => ({
      ...scheme,
      markings: markings.toReversed(),
      caveats: caveats.toReversed(),
    })),
    agreements,
  })
  const holds = (question: Question) => {
    expect(decide(question, reversed, now)).toEqual(decide(question, rules, now))
  }
  fc.assert(fc.property(questions, holds), runs)
})

test('what dominates a label that is refused for its receiver is refused too', () => {
  const holds = (question: Question, other: Label) => {
    // Levels by the schemes alone: the treaty’s table would see the two issuers differently.
    const plain = rulesFrom({ ...sources, agreements: [{ ...treaty, table: [] }] })
    const [low, high] = [restrictionOf(question.label, plain), restrictionOf(other, plain)]
    const sameDay = other.at === question.label.at && other.policy === question.label.policy
    if (low === undefined || high === undefined || !sameDay || !dominates(high, low)) return
    const [before, after] = [question.label, other].map((label) => decide({ ...question, label }, plain, now))
    if (before?.grounds.some(({ code }) => code === 'unknown-release-name') === true) return
    expect(after?.allow === true && before?.allow === false).toBe(false)
  }
  fc.assert(fc.property(questions, labels, holds), { numRuns: 20_000 })
})

test('every decision can be explained and written down', () => {
  const grounds = list(ground, 0, 1000)
  const holds = (question: Question) => {
    const decision = decide(question, rules, now + day)
    const lines = explain(decision)
    expect(lines).toHaveLength(1 + 4 * decision.grounds.length)
    expect(lines.join('\n')).not.toMatch(/[{}]|undefined/)
    expect(decodeAs(grounds, encodeAs(grounds, decision.grounds))).toEqual(decision.grounds)
  }
  fc.assert(fc.property(questions, holds), runs)
})
