/** Answers for decisions: pure and total, denied unless every condition holds, with every one that does not (README.md). */
import { compareNames, type PartyId, type Seconds } from '../names.ts'
import { articleOn, type Topic } from './agreement.ts'
import { type Condition, type ConditionCode, conditions } from './conditions.ts'
import { type Facts, factsOf, type Question } from './facts.ts'
import { type Finding, none } from './finding.ts'
import { compareGrounds, type Ground, wordingOf } from './ground.ts'
import type { Level } from './level.ts'
import type { Rules } from './rules.ts'

export interface Decision {
  /** True when there is no ground against it, and in no other case. */
  readonly allow: boolean
  /** What the label is worth under the agreement; `null` when something about it is unknown. */
  readonly level: Level | null
  /** Everything that is in the way: the conditions are a conjunction, so this is also the least that has to change. */
  readonly grounds: readonly Ground[]
}

/** In the order in which their grounds are told. */
const inOrder = (Object.entries(conditions) as (readonly [ConditionCode, Condition])[])
  .map(([code, condition]) => ({ code, condition, topic: wordingOf(code).topic }))
  .sort((a, b) => compareNames(a.code, b.code))

export function decide(question: Question, rules: Rules, at: Seconds): Decision {
  const facts = factsOf(question, rules, at)
  const grounds: Ground[] = []
  for (const { code, condition, topic } of inOrder) {
    const findings = condition(facts)
    if (findings === none) continue
    for (const finding of findings) grounds.push(groundOf(code, topic, finding, facts))
  }
  if (grounds.length > 1) grounds.sort(compareGrounds)
  return { allow: grounds.length === 0, level: facts.level ?? null, grounds }
}

/** The question with everyone it is to be sent to. */
export type QuestionToAll = Omit<Question, 'to' | 'counted'> & {
  readonly to: readonly PartyId[]
  /** `Question.counted` for each receiver. */
  readonly countedFor?: ReadonlyMap<PartyId, readonly number[]>
}

/** One envelope has one fate: it passes when it may pass to every one of its recipients, and there is one. */
export function decideAll({ to, countedFor, ...rest }: QuestionToAll, rules: Rules, at: Seconds): Decision {
  if (to.length === 0) return { allow: false, level: null, grounds: [noRecipient(rest.from)] }
  const decisions = [...new Set(to)].map((party) =>
    decide({ ...rest, to: party, counted: countedFor?.get(party) ?? uncounted }, rules, at),
  )
  const grounds = decisions.flatMap((decision) => decision.grounds).sort(compareGrounds)
  return { allow: grounds.length === 0, level: highest(decisions), grounds }
}

const uncounted: readonly number[] = []

function noRecipient(from: PartyId): Ground {
  return { code: 'no-recipient', party: from, subject: 'recipients' }
}

function highest(decisions: readonly Decision[]): Level | null {
  return decisions.reduce<Level | null>(
    (high, { level }) => (high === null || level === null ? null : level > high ? level : high),
    0,
  )
}

function groundOf(
  code: ConditionCode,
  topic: Topic | undefined,
  { subject, required, found }: Finding,
  { question, agreement }: Facts,
): Ground {
  const ground: Writable<Ground> = { code, party: question.to, subject: subject === '' ? 'nothing' : subject }
  if (required !== undefined) ground.required = required
  if (found !== undefined) ground.found = found
  if (topic === undefined) return ground
  ground.agreement = question.agreement
  const article = agreement && articleOn(agreement, topic)
  if (article !== undefined) ground.article = article
  return ground
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
