/** Answers for what those have a say in who are not asked by the label: suspenders, originators, national modules. */
import type { PartyId, Seconds } from '../names.ts'
import { type Agreement, isLive } from './agreement.ts'
import type { Facts } from './facts.ts'
import { agreementsBetween, includes, type Rules, type Verdict } from './rules.ts'
import { isInForce } from './scheme.ts'

/** Who suspended the agreement between two versions of the registry. */
export function suspendersOf(
  { suspensions: all }: Rules,
  agreement: string,
  at: Seconds,
): readonly PartyId[] {
  const suspensions = all.get(agreement)
  return suspensions === undefined
    ? nobody
    : suspensions.filter((each) => isInForce(each, at)).map(({ by }) => by)
}

const nobody: readonly PartyId[] = []

/** Whether transfers are made under it: in its term, in a state for them, suspended by nobody. */
export function takesTransfers(rules: Rules, agreement: Agreement, at: Seconds): boolean {
  return isLive(agreement, at) && suspendersOf(rules, agreement.id, at).length === 0
}

/** Whether an agreement by which the originator gives the sender such things lets them be passed on to the receiver. */
export function consentsTo(originator: PartyId, { question, rules, at, level }: Facts): boolean {
  const { from, to, category, label } = question
  return agreementsBetween(rules, originator, from, at).some(
    (agreement) =>
      takesTransfers(rules, agreement, at) &&
      (level ?? 4) <= (agreement.ceilings.get(category) ?? -1) &&
      includes(rules, agreement.onward ?? nobody, to, label.at),
  )
}

export interface Restricted {
  readonly party: PartyId
  readonly verdict: Verdict
}

const unrestricted: readonly Restricted[] = []

/** What the modules of the two say: each is asked once, of what it sends and of what it is sent. */
export function verdictsOf({ question, rules, level, at }: Omit<Facts, 'verdicts'>): readonly Restricted[] {
  if (rules.modules.size === 0) return unrestricted
  return [...new Set([question.from, question.to])].flatMap((party) => {
    const restriction = rules.modules.get(party)
    return restriction === undefined ? [] : [{ party, verdict: restriction({ question, level, at }) }]
  })
}
