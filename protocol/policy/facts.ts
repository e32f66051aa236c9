/** Answers for what a decision is about: the question, and what the rules say of each thing that it names. */
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type Agreement, type State, stateAt } from './agreement.ts'
import { levelOf, rowFor } from './equivalence.ts'
import type { Justification } from './justification.ts'
import type { Level } from './level.ts'
import { type Restricted, verdictsOf } from './others.ts'
import { type IndexedScheme, type IndexedStanding, markingAt, type Rules } from './rules.ts'
import type { Marking } from './scheme.ts'

/** May `from` send what is labelled so to `to`, under this agreement, for this purpose, as this category of information? */
export interface Question extends Justification {
  readonly from: PartyId
  readonly to: PartyId
  readonly label: Label
  readonly purpose: string
  readonly agreement: string
  readonly category: string
  /**
   * For each aggregation of the agreement, in its order: how many such transfers between the two were permitted in its
   * period before. What was not counted counts as too many.
   */
  readonly counted?: readonly number[]
}

/** The question with what the rules say of the things it names; `undefined` is unknown, and some condition says so. */
export interface Facts {
  readonly question: Question
  readonly rules: Rules
  readonly at: Seconds
  readonly scheme: IndexedScheme | undefined
  readonly marking: Marking | undefined
  readonly level: Level | undefined
  readonly receiver: IndexedStanding | undefined
  readonly agreement: Agreement | undefined
  readonly state: State | undefined
  readonly verdicts: readonly Restricted[]
}

export function factsOf(question: Question, rules: Rules, at: Seconds): Facts {
  const { label } = question
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  const agreement = rules.agreements.get(question.agreement)
  const row = marking && agreement && rowFor(agreement, label.policy, marking)
  const known = {
    question,
    rules,
    at,
    scheme,
    marking,
    level: marking && aggregated(levelOf(marking, row), question, agreement),
    receiver: rules.parties.get(question.to),
    agreement,
    state: agreement && stateAt(agreement, at),
  }
  return { ...known, verdicts: verdictsOf(known) }
}

function aggregated(level: Level, { category, counted }: Question, agreement: Agreement | undefined): Level {
  return (agreement?.aggregation ?? []).reduce<Level>((high, limit, i) => {
    const isReached = limit.category === category && (counted?.[i] ?? Infinity) >= limit.count
    return isReached && limit.level > high ? limit.level : high
  }, level)
}
