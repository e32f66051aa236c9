/** Answers for a sender who states all that an agreement asks, so that a proof reaches what lies behind it. */
import type { Label } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Rules, standsFor } from '../../protocol/policy/rules.ts'

type Stated = Pick<Question, 'needToKnow' | 'legalBasis' | 'reader' | 'counted'>

export function statedFor(
  { legalBases, nationals, aggregation = [] }: Agreement,
  rules: Rules,
  at: Seconds,
): Stated {
  const [legalBasis] = legalBases ?? []
  const nation = nationals?.map((name) => nationalOf(name, rules, at)).find((found) => found !== undefined)
  return {
    needToKnow: 'check',
    counted: aggregation.map(() => 0),
    ...(legalBasis !== undefined && { legalBasis }),
    ...(nation !== undefined && { reader: { clearance: 4, nationalities: [nation] } }),
  }
}

/** With the longest retention that the agreement leaves. */
export function retained<T extends Label>(label: T, { retention }: Agreement, at: Seconds): T {
  return retention === undefined ? label : { ...label, retainUntil: at + retention }
}

function nationalOf(name: PartyId, rules: Rules, at: Seconds): PartyId | undefined {
  const group = rules.groups.get(name)
  if (group === undefined) return name
  return group.members.map(({ party }) => party).find((party) => standsFor(rules, name, party, at))
}
