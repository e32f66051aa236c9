/** Answers for agreements: who may send what kind of information to whom, how high, what for, and since when. */
import {
  type Codec,
  dictionary,
  field,
  list,
  type Of,
  oneOf,
  optional,
  record,
  seconds,
  text,
} from '../codec.ts'
import { Rejected } from '../errors.ts'
import { line, partyId, type Seconds, setOf, tokenName, words } from '../names.ts'
import { level } from './level.ts'

/** What each state means for a transfer; a state added here does not compile until somebody has said. */
const meanings = {
  signed: 'coming',
  provisional: 'live',
  'in-force': 'live',
  'notice-given': 'live',
  'notice-suspended': 'live',
  suspended: 'suspended',
  terminated: 'over',
  surviving: 'over',
} as const satisfies Record<string, 'coming' | 'live' | 'suspended' | 'over'>

export type State = keyof typeof meanings
export const states = Object.keys(meanings) as readonly State[]

/** Transfers are made in these states and in no other. */
export const liveStates: ReadonlySet<State> = new Set(states.filter((state) => meanings[state] === 'live'))

export function meaningOf(state: State | undefined): (typeof meanings)[State] {
  return state === undefined ? 'coming' : meanings[state]
}

const change = record({ at: field(1, seconds), state: field(2, oneOf(...states)) })
type Change = Of<typeof change>

/** Changes of state in the order of time; two never at once. */
const timeline: Codec<readonly Change[]> = {
  read: (value, path) => {
    const changes = list(change, 1, 256).read(value, path)
    if (changes.every(({ at }, i) => i === 0 || (changes[i - 1]?.at ?? at) < at)) return changes
    throw new Rejected('malformed-structure', `${path}: ascending times expected`)
  },
  write: (changes) => list(change, 1, 256).write(changes),
}

/** One row of the agreement's own table of equivalence; the issuer gives it its direction. */
const equivalent = record({
  issuer: field(1, partyId),
  marking: field(2, words),
  level: field(3, level),
  /** The receiver's marking, and what it does beyond it. */
  protectAs: optional(4, words),
  measures: field(5, list(text(400), 0, 16)),
})

export type Equivalent = Of<typeof equivalent>

/** What an article of the agreement can be about. */
export const topics = ['parties', 'state', 'term', 'purposes', 'categories', 'ceiling', 'table'] as const
export type Topic = (typeof topics)[number]

const article = record({ topic: field(1, oneOf(...topics)), article: field(2, line) })

export const agreement = record({
  id: field(1, tokenName),
  title: field(2, line),
  /** Parties or groups of the two sides; a group's members are those of the day of the decision. */
  first: field(3, setOf(partyId, 1)),
  second: field(4, setOf(partyId, 1)),
  direction: field(5, oneOf('both', 'first-to-second')),
  /** Category of information → highest level. A category that is not here is not covered. */
  ceilings: field(6, dictionary(level, 64)),
  purposes: field(7, setOf(tokenName, 1)),
  /** In term at t when from ≤ t < until. */
  from: field(8, seconds),
  until: optional(9, seconds),
  timeline: field(10, timeline),
  /** For issuers that have rows here, only these markings are covered, at these levels. */
  table: field(11, list(equivalent, 0, 256)),
  articles: field(12, list(article, 0, 16)),
})

export type Agreement = Of<typeof agreement>

export function stateAt({ timeline }: Agreement, at: Seconds): State | undefined {
  return timeline.findLast((each) => each.at <= at)?.state
}

export function articleOn({ articles }: Agreement, topic: Topic): string | undefined {
  return articles.find((each) => each.topic === topic)?.article
}
