/** Answers for the look at onward consents that go further than what the same parties agreed between themselves. */
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import { listed } from '../../../protocol/policy/finding.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import { agreementsBetween } from '../../../protocol/policy/rules.ts'
import { many, type Objection, type Proof, type Subject, warning } from '../proof.ts'
import { pairsOf, partiesNamed } from '../registry-rules.ts'

export function consentsProof(subject: Subject): Proof {
  const [at = 0] = subject.moments
  const consenting = subject.document.agreements.filter(
    (agreement) => agreement.onward !== undefined && takesTransfers(subject.rules, agreement, at),
  )
  return {
    name: 'consents',
    claim:
      'what a third party may get by onward consent, it may get by its own agreement with the originator',
    extent: many(consenting.length, 'onward consent'),
    objections: consenting.flatMap((agreement) =>
      [...agreement.ceilings].flatMap(([category, ceiling]) =>
        beyond(agreement, category, ceiling, subject, at),
      ),
    ),
  }
}

function beyond(
  { id, onward = [], ...agreement }: Agreement,
  category: string,
  ceiling: number,
  subject: Subject,
  at: Seconds,
): readonly Objection[] {
  const { rules } = subject
  const originators = [...new Set(pairsOf(rules, { id, ...agreement }, at).map(([from]) => from))]
  return partiesNamed(rules, onward, at).flatMap((third) => {
    const consenting = originators.filter(
      (from) => from !== third && directCeiling(subject, from, third, category, at) < ceiling,
    )
    if (consenting.length === 0) return []
    const what = `agreement ${id} lets ${third} have ${category} of ${listed(consenting)} up to level ${ceiling} through others`
    return [warning(`${what}; no agreement with ${third} itself reaches as high`)]
  })
}

function directCeiling(
  { rules }: Subject,
  from: PartyId,
  to: PartyId,
  category: string,
  at: Seconds,
): number {
  const direct = agreementsBetween(rules, from, to, at).filter((agreement) =>
    takesTransfers(rules, agreement, at),
  )
  return Math.max(-1, ...direct.map(({ ceilings }) => ceilings.get(category) ?? -1))
}
