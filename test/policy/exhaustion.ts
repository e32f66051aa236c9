/**
 * Answers for asking everything of the finite world: each condition on every value of the parts of the state that it reads,
 * which are found by recording what it reads, and from these answers the decision on every state.
 */
import { type ConditionCode, conditions } from '../../protocol/policy/conditions.ts'
import { type Facts, factsOf, type Question } from '../../protocol/policy/facts.ts'
import { madeOf, questionOf } from './finite-specification.ts'
import { type Dimension, dimensions, finiteRules, type Position, type State } from './finite-world.ts'
import { now } from './world.ts'

export const codes = Object.keys(conditions) as readonly ConditionCode[]
export const order = Object.keys(dimensions) as readonly Dimension[]

/** How many states there are. */
export const stateCount = order.reduce((count, dimension) => count * dimensions[dimension].length, 1)

const origin = Object.fromEntries(order.map((dimension) => [dimension, 0])) as Position

export function stateAt(position: Position): State {
  const state: Partial<Record<Dimension, unknown>> = {}
  for (const dimension of order) state[dimension] = dimensions[dimension][position[dimension]]
  return state as State
}

/** Every position that differs from the origin in these dimensions only. */
function* positions(free: readonly Dimension[]): Generator<Position> {
  const sizes = free.map((dimension) => dimensions[dimension].length)
  const count = sizes.reduce((product, size) => product * size, 1)
  for (let index = 0; index < count; index++) {
    const position: Record<Dimension, number> = { ...origin }
    let rest = index
    for (const [i, dimension] of free.entries()) {
      const size = sizes[i] ?? 1
      position[dimension] = rest % size
      rest = Math.floor(rest / size)
    }
    yield position
  }
}

const never = () => {
  throw new Error('only members may be read')
}
const unreadable = { has: never, ownKeys: never, getOwnPropertyDescriptor: never }

/** A value that tells which of its members are read, and can be read in no other way. */
function recorded<T extends object>(value: T, read: (member: string) => void): T {
  const get = (_: T, member: string | symbol) => {
    read(String(member))
    return Reflect.get(value, member) as unknown
  }
  return new Proxy(value, { ...unreadable, get })
}

function recordedQuestion(question: Question, read: (dimension: Dimension) => void): Question {
  const readPath = (path: string) => {
    const parts = madeOf[path]
    if (parts === undefined) throw new Error(`nobody said what ${path} is made of`)
    parts.forEach(read)
  }
  const label = recorded(question.label, (member) => readPath(`label.${member}`))
  return recorded({ ...question, label }, (member) => {
    if (member !== 'label') readPath(member)
  })
}

/** What all the facts beside the question are made of: recorded on every value of these parts. */
const allParts = closure(new Set(), (position, read) => {
  factsOf(recordedQuestion(questionOf(stateAt(position)), read), finiteRules, now)
})

const known = new Map<number, Facts>()
for (const position of positions(allParts))
  known.set(indexOf(position, allParts), factsOf(questionOf(stateAt(position)), finiteRules, now))

function knownFacts(position: Position): Facts {
  const found = known.get(indexOf(position, allParts))
  if (found === undefined) throw new Error('these facts were not asked for')
  return found
}

type Fact = Exclude<keyof Facts, 'question' | 'rules' | 'at'>
const about = ['agreement', 'ceiling', 'state', 'verdicts']
const factNames = ['scheme', 'marking', 'row', 'alone', 'level', 'receiver', ...about]

/** What each fact is made of: those parts that change it anywhere. */
const factParts = new Map(
  (factNames as readonly Fact[]).map((fact) => [fact, allParts.filter((part) => isChangedBy(fact, part))]),
)

function isChangedBy(fact: Fact, part: Dimension): boolean {
  for (const position of positions(allParts)) {
    const [here, there] = [knownFacts(position), knownFacts({ ...position, [part]: 0 })]
    if (fact === 'verdicts') {
      const verdictOf = (facts: Facts) => facts.verdicts[0]?.verdict
      if (verdictOf(here) !== verdictOf(there)) return true
    } else if (here[fact] !== there[fact]) return true
  }
  return false
}

/** The facts of a state, telling what is read of them. Rules and time are those of the world. */
function recordedFacts(position: Position, state: State, read: (dimension: Dimension) => void): Facts {
  const question = recordedQuestion(questionOf(state), read)
  return recorded({ ...knownFacts(position), question }, (member) => {
    if (member === 'question' || member === 'rules' || member === 'at') return
    const parts = factParts.get(member as Fact)
    if (parts === undefined) throw new Error(`nobody said what ${member} is made of`)
    parts.forEach(read)
  })
}

/** Begins with nothing, and adds what is read until, on every value of what there is, nothing else is read. */
function closure(
  parts: ReadonlySet<Dimension>,
  ask: (position: Position, read: (dimension: Dimension) => void, parts: readonly Dimension[]) => void,
): readonly Dimension[] {
  const free = order.filter((dimension) => parts.has(dimension))
  const found = new Set(parts)
  const read = (dimension: Dimension) => found.add(dimension)
  for (const position of positions(free)) {
    ask(position, read, free)
    if (found.size > parts.size) return closure(found, ask)
  }
  return free
}

export interface Answers {
  /** The parts of the state that the condition, and its specification, read. */
  readonly parts: readonly Dimension[]
  readonly asked: number
  readonly fails: (position: Position) => boolean
  /** Positions where the condition and its specification differ. */
  readonly differing: readonly Position[]
}

/** The condition asked on every value of what it reads, beside what it should answer. */
export function answersOf(code: ConditionCode, specified: (state: State) => boolean): Answers {
  const answers = new Map<number, boolean>()
  let differing: readonly Position[] = []
  const parts = closure(new Set(), (position, read, free) => {
    const state = stateAt(position)
    const fails = conditions[code](recordedFacts(position, state, read)).length > 0
    if (specified(recorded(state, (part) => read(part as Dimension))) !== fails)
      differing = [...differing, position].slice(0, 5)
    answers.set(indexOf(position, free), fails)
  })
  const fails = (position: Position) => {
    const found = answers.get(indexOf(position, parts))
    if (found === undefined) throw new Error(`${code} was not asked there`)
    return found
  }
  return { parts, asked: parts.reduce((n, part) => n * dimensions[part].length, 1), fails, differing }
}

function indexOf(position: Position, parts: readonly Dimension[]): number {
  return parts.reduce((index, part) => index * dimensions[part].length + position[part], 0)
}
