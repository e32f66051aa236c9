/** Answers for agreements: who may send what kind of information to whom, how high, what for, and since when. */
import {
  boolean,
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
  unsigned,
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
export const topics = [
  'parties',
  'state',
  'term',
  'purposes',
  'categories',
  'ceiling',
  'table',
  'legal-basis',
  'need-to-know',
  'retention',
  'nationals',
  'third-party',
  'aggregation',
] as const
export type Topic = (typeof topics)[number]

/** From the `count`-th transfer of a pair within `period` seconds on, what is sent counts as `level` at least. */
const aggregation = record({
  category: field(1, tokenName),
  period: field(2, unsigned),
  count: field(3, unsigned),
  level: field(4, level),
})

export type Aggregation = Of<typeof aggregation>

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
  /** One of these must be stated. */
  legalBases: optional(13, setOf(tokenName, 1)),
  /** True: the need-to-know must be stated. */
  needToKnow: optional(14, boolean),
  /** Seconds from the transfer by which the label must end retention. */
  retention: optional(15, unsigned),
  /** Every nationality of the reader must be of one of these parties or groups. */
  nationals: optional(16, setOf(partyId, 1)),
  /** To whom the receiving side may pass on what it got: the standing consent of the side that sent it. */
  onward: optional(17, setOf(partyId, 1)),
  aggregation: optional(18, list(aggregation, 1, 16)),
})

export type Agreement = Of<typeof agreement>

export function stateAt({ timeline }: Agreement, at: Seconds): State | undefined {
  return timeline.findLast((each) => each.at <= at)?.state
}

/** Whether transfers are made under it: in its term, in a state for them. Suspensions between registry versions are not seen here. */
export function isLive(agreement: Agreement, at: Seconds): boolean {
  const { from, until = Infinity } = agreement
  return from <= at && at < until && meaningOf(stateAt(agreement, at)) === 'live'
}

export function articleOn({ articles }: Agreement, topic: Topic): string | undefined {
  return articles.find((each) => each.topic === topic)?.article
}
