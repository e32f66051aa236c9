/** Answers for what those have a say in who are not asked by the label: suspenders, originators, national modules. */
import { compareNames, type PartyId, type Seconds } from '../names.ts'
import { type Agreement, isLive } from './agreement.ts'
import { hasTableFor, levelOf, rowFor } from './equivalence.ts'
import type { Facts } from './facts.ts'
import { agreementsBetween, type Asked, includes, type Rules, type Verdict } from './rules.ts'
import { isInForce } from './scheme.ts'

/** Who suspended the agreement between two versions of the registry, each once and in order. */
export function suspendersOf(
  { suspensions: all }: Rules,
  agreement: string,
  at: Seconds,
): readonly PartyId[] {
  const suspensions = all.get(agreement)
  return suspensions === undefined
    ? nobody
    : [...new Set(suspensions.filter((each) => isInForce(each, at)).map(({ by }) => by))].sort(compareNames)
}

const nobody: readonly PartyId[] = []

/** Whether transfers are made under it: in its term, in a state for them, suspended by nobody. */
export function takesTransfers(rules: Rules, agreement: Agreement, at: Seconds): boolean {
  return isLive(agreement, at) && suspendersOf(rules, agreement.id, at).length === 0
}

/** Whether an agreement by which the originator may send the sender the same lets it be passed on to the receiver. */
export function consentsTo(originator: PartyId, facts: Facts): boolean {
  const { question, rules, at } = facts
  const { from, to, label } = question
  return agreementsBetween(rules, originator, from, at).some(
    (agreement) =>
      takesTransfers(rules, agreement, at) &&
      isWithin(agreement, facts) &&
      // A group that is consented to has to have had the receiver when the label was made, and to have it still.
      [label.at, at].every((day) => includes(rules, agreement.onward ?? nobody, to, day)),
  )
}

/** Whether the agreement covers what is sent, at the level it is sent at and at the one it has by the agreement itself. */
function isWithin(agreement: Agreement, { question, marking, level }: Facts): boolean {
  const { label, purpose, category } = question
  const ceiling = agreement.ceilings.get(category)
  if (ceiling === undefined || !agreement.purposes.includes(purpose)) return false
  if (marking === undefined || level === undefined) return true // of no known level: the marking’s ground says so
  const row = rowFor(agreement, label.policy, marking)
  if (row === undefined && hasTableFor(agreement, label.policy)) return false
  return level <= ceiling && levelOf(marking, row) <= ceiling
}

export interface Restricted {
  readonly party: PartyId
  readonly verdict: Verdict
}

const unrestricted: readonly Restricted[] = []

/** What the modules of the two say: each is asked once, of what it sends and of what it is sent. */
export function verdictsOf(asked: Asked): readonly Restricted[] {
  const { question, rules } = asked
  if (rules.modules.size === 0) return unrestricted
  return [...new Set([question.from, question.to])].flatMap((party) => {
    const restriction = rules.modules.get(party)
    return restriction === undefined ? [] : [{ party, verdict: restriction(asked) }]
  })
}
