/**
 * The grounds as formulas over unbounded levels, times, and numbers of parties, agreements and aggregations: what their
 * conjunction implies, and what passes without one of them. That the kernel follows these formulas is asked on random states.
 */
import type { Model } from 'z3-solver'
import { afterAll, describe, expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { factLogic } from './fact-logic.ts'
import { groundsIn } from './formula.ts'
import { randomStates } from './random-states.ts'
import { type Claim, type Quantity, solverLogic, type Thing } from './solver-logic.ts'
import { startSolver } from './solver.ts'
import { now } from './world.ts'

const solver = await startSolver()
const z = solver.Context('policy')
afterAll(solver.stop)

const l = solverLogic(z)
const { and, or, not, is, some, number, thing, less, same } = l
const atMost = (a: Quantity, b: Quantity) => not(less(b, a))
const [main, from, to] = [thing('agreement'), thing('from'), thing('to')]
const originator = thing('originator')
const [at, labelled] = [number('at'), number('label.at')]

type Grounds = ReadonlyMap<string, Claim>
const groundsOf = (logic: typeof l): Grounds => new Map(Object.entries(groundsIn(logic)))
const noneOf = (all: Grounds, without?: string) =>
  and(...[...all].flatMap(([code, ground]) => (code === without ? [] : [not(ground)])))
const grounds = groundsOf(l)
const permitted = noneOf(grounds)

/** A model in which all of these hold; `undefined` when there is none. */
async function modelOf(...claims: readonly Claim[]): Promise<Model<'policy'> | undefined> {
  const asked = new z.Solver()
  asked.add(...claims)
  const answer = await asked.check()
  if (answer === 'unknown') throw new Error(asked.reasonUnknown())
  return answer === 'sat' ? asked.model() : undefined
}

test('something is permitted', async () => {
  expect(await modelOf(permitted)).toBeDefined()
})

const rowLevel = number('row level', main)
const level = z.If(
  is('row', main),
  z.If(less(rowLevel, number('low')), number('low'), rowLevel),
  number('high'),
)
const standsFor = (name: Thing, party: Thing, time: Quantity) =>
  z.If(is('group', name), l.member(name, party, time), same(name, party))

const sentences: Readonly<Record<string, Claim>> = {
  'its level is no higher than accreditation, ceiling and clearance': and(
    atMost(level, number('accreditation', to)),
    atMost(level, number('ceiling', main)),
    or(not(is('reader')), atMost(level, number('clearance'))),
  ),
  'nor is the level of an aggregation that is reached': not(
    some('aggregation', [main], (each) =>
      and(
        is('counted', each),
        atMost(number('count', each), number('before', each)),
        or(
          less(number('accreditation', to), number('raised to', each)),
          less(number('ceiling', main), number('raised to', each)),
        ),
      ),
    ),
  ),
  'it is unrestricted, or released to some name that stood for the receiver': or(
    is('unrestricted'),
    some('released', [], (name) => standsFor(name, to, labelled)),
  ),
  'it is released to somebody': or(
    is('unrestricted'),
    some('released', [], () => and()),
  ),
  'the agreement is in its term, in a state for transfers, and suspended by nobody without end': and(
    is('agreement', main),
    atMost(number('begin', main), at),
    or(not(is('ends', main)), less(at, number('end', main))),
    not(or(is('coming', main), is('over', main), is('suspended', main))),
    not(
      some('suspension', [main], (each) =>
        and(not(is('suspension ends', each)), atMost(number('suspended from', each), at)),
      ),
    ),
  ),
  'it is for a purpose of the agreement': is('purpose', main, thing('purpose')),
  'the receiver holds every compartment': not(some('compartment', [], (each) => not(is('held', to, each)))),
  'what is another’s is passed on by an agreement that names the receiver and is as high': or(
    not(is('has originator')),
    same(originator, from),
    same(originator, to),
    some('agreement', [], (agreement) =>
      and(
        atMost(level, number('ceiling', agreement)),
        some('onward', [agreement], (name) => standsFor(name, to, at)),
      ),
    ),
  ),
  'it may still be held': or(not(is('retains until')), less(at, number('retain until'))),
}

describe('whatever is permitted', () => {
  test.each(Object.entries(sentences))('%s', async (_, sentence) => {
    expect((await modelOf(permitted, not(sentence)))?.sexpr()).toBeUndefined()
  })
})

describe('without', () => {
  test.each([...grounds])('%s, something passes that it forbids', async (code, ground) => {
    const model = await modelOf(noneOf(grounds, code), ground)
    if (model === undefined) throw new Error(`${code} follows from the others`)
    const told = {
      at,
      'label.at': labelled,
      level,
      accreditation: number('accreditation', to),
      ceiling: number('ceiling', main),
    }
    const values = Object.entries(told).map(([name, value]) => `${name} ${model.eval(value, true).sexpr()}`)
    console.info(`without ${code}: ${values.join(', ')}`)
  })
})

type L = typeof l
/** No thing that has the property in the one has it in the other only. */
const isSubset = (property: string, of: readonly Thing[], a: L, b: L) =>
  not(a.some(property, of, (each) => not(b.is(property, ...of, each))))
const forAll = (claim: (agreement: Thing) => Claim) =>
  not(some('agreement', [], (agreement) => not(claim(agreement))))

/** Unknowns that a stricter transfer has for itself, and how they compare with those of the other. */
const stricter: Readonly<Record<string, readonly [readonly string[], (strict: L) => Claim]>> = {
  'a higher marking': [
    ['low', 'high'],
    (strict) => and(...['low', 'high'].map((end) => atMost(number(end), strict.number(end)))),
  ],
  'more that was sent before': [
    ['before'],
    (strict) =>
      not(some('aggregation', [main], (each) => less(strict.number('before', each), number('before', each)))),
  ],
  'a lower clearance': [['clearance'], (strict) => atMost(strict.number('clearance'), number('clearance'))],
  'a lower accreditation': [
    ['accreditation'],
    (strict) => atMost(strict.number('accreditation', to), number('accreditation', to)),
  ],
  'one more compartment': [['compartment'], (strict) => isSubset('compartment', [], l, strict)],
  'one more caveat': [['caveat'], (strict) => isSubset('caveat', [], l, strict)],
  // Without a name that is unknown: to leave it out is to correct the label.
  'a smaller release': [
    ['released'],
    (strict) =>
      and(isSubset('released', [], strict, l), not(some('released', [], (name) => not(is('known', name))))),
  ],
  'fewer to pass it on to': [
    ['onward'],
    (strict) => forAll((agreement) => isSubset('onward', [agreement], strict, l)),
  ],
  'lower ceilings': [
    ['ceiling'],
    (strict) =>
      forAll((agreement) =>
        and(
          or(is('ceiling', agreement), not(strict.is('ceiling', agreement))),
          atMost(strict.number('ceiling', agreement), number('ceiling', agreement)),
        ),
      ),
  ],
  'agreements that end earlier': [
    ['ends', 'end'],
    (strict) =>
      forAll((agreement) =>
        or(
          not(is('ends', agreement)),
          and(
            strict.is('ends', agreement),
            atMost(strict.number('end', agreement), number('end', agreement)),
          ),
        ),
      ),
  ],
  'one more suspension': [
    ['suspension'],
    (strict) => forAll((agreement) => isSubset('suspension', [agreement], l, strict)),
  ],
}

describe('never opened by', () => {
  test.each(Object.entries(stricter))('%s', async (_, [primed, compares]) => {
    const strict = solverLogic(z, primed)
    const opened = await modelOf(compares(strict), noneOf(groundsOf(strict)), not(permitted))
    expect(opened?.sexpr()).toBeUndefined()
  })
})

const wanted = 10_000

test(`the kernel follows the formulas, on ${wanted} random states`, () => {
  for (const state of randomStates(wanted, 20_260_115)) {
    const rules = rulesFrom(
      state.sources,
      ({ party }) =>
        () =>
          state.verdicts.get(party) ?? { forbidden: [] },
    )
    const told = new Set(decide(state.question, rules, now).grounds.map(({ code }) => code))
    const formulas = groundsIn(factLogic(state, now))
    expect([...told].toSorted()).toEqual(
      Object.entries(formulas)
        .flatMap(([code, fails]) => (fails ? [code] : []))
        .toSorted(),
    )
  }
})
