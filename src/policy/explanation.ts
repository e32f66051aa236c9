/** Answers for what an officer asks after a decision: how it is protected there, and which other way would be open. */
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { articleOn } from '../../protocol/policy/agreement.ts'
import { type Decision, decideAll, type QuestionToAll } from '../../protocol/policy/decide.ts'
import { protectAs, rowFor } from '../../protocol/policy/equivalence.ts'
import { agreementsBetween, markingAt, type Rules } from '../../protocol/policy/rules.ts'
import { isInForce, type Marking } from '../../protocol/policy/scheme.ts'

export interface Explanation {
  readonly decision: Decision
  readonly receivers: readonly Reception[]
  /** Where it is refused: agreements under which the same would pass to all. */
  readonly otherAgreements: readonly string[]
  /** Where it is refused: markings of the same issuer with which all else would pass, the highest first. */
  readonly otherMarkings: readonly string[]
}

/** How it fares with one receiver. */
export interface Reception {
  readonly party: PartyId
  readonly decision: Decision
  /** The receiver's own marking for it; `undefined` where it has none, or none is known. */
  readonly protectAs: string | undefined
  readonly measures: readonly string[]
  readonly article?: string
}

export function explanationOf(question: QuestionToAll, rules: Rules, at: Seconds): Explanation {
  const decision = decideAll(question, rules, at)
  const isOpen = (change: Partial<QuestionToAll>) => decideAll({ ...question, ...change }, rules, at).allow
  const receivers = [...new Set(question.to)].map((party) => receptionOf(question, party, rules, at))
  if (decision.allow) return { decision, receivers, otherAgreements: [], otherMarkings: [] }
  return {
    decision,
    receivers,
    otherAgreements: candidatesFor(question, rules, at).filter((agreement) => isOpen({ agreement })),
    otherMarkings: markingsBeside(question, rules).filter((marking) =>
      isOpen({ label: { ...question.label, marking } }),
    ),
  }
}

/** The agreements that are between the sender and every receiver on this day, whatever their state. */
export function candidatesFor(
  { from, to }: Pick<QuestionToAll, 'from' | 'to'>,
  rules: Rules,
  at: Seconds,
): readonly string[] {
  const [first = [], ...others] = to.map((party) =>
    agreementsBetween(rules, from, party, at).map(({ id }) => id),
  )
  return first.filter((id) => others.every((between) => between.includes(id)))
}

/**
 * The agreement that is named, or else the only one; `undefined` where there are several to choose from. Where there is none,
 * what the decision says of it is that it is not listed.
 */
export function agreementOr(named: string | undefined, candidates: readonly string[]): string | undefined {
  return candidates.length > 1 ? named : (named ?? candidates[0] ?? 'an agreement between them')
}

function receptionOf(question: QuestionToAll, party: PartyId, rules: Rules, at: Seconds): Reception {
  const { label } = question
  const agreement = rules.agreements.get(question.agreement)
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  const row = marking && agreement && rowFor(agreement, label.policy, marking)
  const article = row && articleOn(agreement, 'table')
  return {
    party,
    decision: decideAll({ ...question, to: [party] }, rules, at),
    protectAs: protectAs(rules, label, party, at, agreement),
    measures: row?.measures ?? [],
    ...(article !== undefined && { article }),
  }
}

function markingsBeside({ label }: QuestionToAll, rules: Rules): readonly string[] {
  const markings = rules.schemes.get(label.policy)?.scheme.markings ?? []
  return markings
    .filter((marking) => isInForce(marking, label.at) && !marking.forms.includes(label.marking))
    .toSorted((a: Marking, b: Marking) => b.high - a.high)
    .flatMap(({ forms }) => forms.slice(0, 1))
}
