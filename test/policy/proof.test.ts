/**
 * The whole of a finite world. Every condition is asked on every value of what it reads, and does what its specification says;
 * a decision is their conjunction; so the sentences below hold in each of the world's states.
 */
import { describe, expect, test } from 'vitest'
import { type ConditionCode, conditions } from '../../protocol/policy/conditions.ts'
import { decide } from '../../protocol/policy/decide.ts'
import { factsOf } from '../../protocol/policy/facts.ts'
import { answersOf, codes, order, stateAt, stateCount } from './exhaustion.ts'
import { questionOf, safety, specification } from './finite-specification.ts'
import { dimensions, finiteRules, type Position, type State } from './finite-world.ts'
import { visitPermitted } from './search.ts'
import { now } from './world.ts'

const answers = new Map(codes.map((code) => [code, answersOf(code, specification[code])]))

test.each([...answers])('%s, wherever it can be asked, and nowhere else', (_, { differing }) => {
  expect(differing.map(stateAt)).toEqual([])
})

test('what is asked stands for more than a thousand million states', () => {
  const asked = [...answers.values()].reduce((sum, each) => sum + each.asked, 0)
  console.info(`${asked} answers of ${codes.length} conditions, for ${stateCount} states`)
  expect(stateCount).toBeGreaterThan(1_000_000_000)
})

test('a decision is the conjunction of the conditions: on states from all over the world, the same grounds', () => {
  const wanted = 50_000
  // Steps that share no divisor with the number of states pass through all of it.
  const step = 16_777_259
  let permitted = 0
  for (let i = 0, at = 0; i < wanted; i++, at = (at + step * 1009) % stateCount) {
    const position = positionAt(at)
    const decision = decide(questionOf(stateAt(position)), finiteRules, now)
    const found = [...new Set(decision.grounds.map(({ code }) => code))]
    const failing = codes.filter((code) => answers.get(code)?.fails(position)).toSorted()
    expect(found).toEqual(failing)
    if (decision.allow) permitted++
  }
  console.info(`${wanted} decisions, ${permitted} permitted`)
})

describe('whatever is permitted', () => {
  const broken = new Map<string, State>()
  let permitted = 0
  visitPermitted(answers, (position) => {
    const state = stateAt(position)
    for (const [sentence, holds] of Object.entries(safety)) if (!holds(state)) broken.set(sentence, state)
    permitted++
    return false
  })
  console.info(`${permitted} of ${stateCount} states permitted`)

  test('is something', () => {
    expect(permitted).toBeGreaterThan(100_000)
  })

  test.each(Object.keys(safety))('%s', (sentence) => {
    expect(broken.get(sentence)).toBeUndefined()
  })
})

/** Each condition is the only one against some state: left out, that state would pass. */
describe('a kernel without', () => {
  const without = (left: ConditionCode, state: State) => {
    const facts = factsOf(questionOf(state), finiteRules, now)
    return codes.every((code) => code === left || conditions[code](facts).length === 0)
  }

  test.each(codes)('%s permits what it must not', (code) => {
    let found: State | undefined
    const take = (position: Position) => {
      found = stateAt(position)
      return true
    }
    visitPermitted(answers, take, code)
    if (found === undefined) throw new Error(`nothing depends on ${code}`)
    console.info(`without ${code}: ${inWords(found)}`)
    expect(specification[code](found)).toBe(true)
    expect(without(code, found)).toBe(true)
    expect(decide(questionOf(found), finiteRules, now)).toMatchObject({ allow: false, grounds: [{ code }] })
  })
})

function positionAt(index: number): Position {
  let rest = index
  const entries = order.map((dimension) => {
    const size = dimensions[dimension].length
    const value = rest % size
    rest = Math.floor(rest / size)
    return [dimension, value] as const
  })
  return Object.fromEntries(entries) as Position
}

/** The counterexample, without what is as in any transfer. */
function inWords({ sender, receiver, marked, paper, labelled, ...rest }: State): string {
  const others = Object.entries({ ...rest, ...(labelled === now ? {} : { labelled }) })
  const told = others
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [`${marked.policy}:${marked.marking} from ${sender} to ${receiver.id} by ${paper.id}`, ...told].join(
    ', ',
  )
}
