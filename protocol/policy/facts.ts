/** Answers for what a decision is about: the question, and what the rules say of each thing that it names. */
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type Agreement, type Equivalent, type State, stateAt } from './agreement.ts'
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
   * For each aggregation of the agreement, in its order: how many transfers of its category from the one to the other were
   * permitted under the agreement in its period before. What was not counted counts as too many.
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
  /** The agreement’s row for the marking. */
  readonly row: Equivalent | undefined
  /** What the label is worth by itself, and what it is worth together with what was sent before. */
  readonly alone: Level | undefined
  readonly level: Level | undefined
  readonly receiver: IndexedStanding | undefined
  readonly agreement: Agreement | undefined
  /** Of the agreement, for the category; `undefined` where it does not cover that. */
  readonly ceiling: Level | undefined
  readonly state: State | undefined
  readonly verdicts: readonly Restricted[]
}

export function factsOf(question: Question, rules: Rules, at: Seconds): Facts {
  const { label } = question
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  const agreement = rules.agreements.get(question.agreement)
  const row = marking && agreement && rowFor(agreement, label.policy, marking)
  const alone = marking && levelOf(marking, row)
  const level = alone === undefined ? undefined : aggregated(alone, question, agreement)
  return {
    question,
    rules,
    at,
    scheme,
    marking,
    row,
    alone,
    level,
    receiver: rules.parties.get(question.to),
    agreement,
    ceiling: agreement?.ceilings.get(question.category),
    state: agreement && stateAt(agreement, at),
    verdicts: verdictsOf({ question, rules, marking, level, at }),
  }
}

/** Only what is known to stay below the count is not raised. */
function aggregated(level: Level, { category, counted }: Question, agreement: Agreement | undefined): Level {
  if (agreement?.aggregation === undefined) return level
  return agreement.aggregation.reduce<Level>((high, limit, i) => {
    const isBelow = limit.category !== category || (counted?.[i] ?? Infinity) + 1 < limit.count
    return isBelow || limit.level <= high ? high : limit.level
  }, level)
}
