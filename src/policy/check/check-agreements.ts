/** Answers for the look at what agreements cannot do, whatever they say: none of it unsafe, all of it perhaps not meant. */
import { type Agreement, isLive, stateAt } from '../../../protocol/policy/agreement.ts'
import { many, type Objection, type Proof, type Subject, warning } from '../proof.ts'
import { pairsOf } from '../registry-rules.ts'

export function agreementsProof(subject: Subject): Proof {
  const { agreements, parties } = subject.document
  return {
    name: 'agreements',
    claim: 'every agreement can be used as far as it says',
    extent: many(agreements.length, 'agreement'),
    objections: [
      ...expired(subject),
      ...agreements.flatMap((agreement) => unusable(agreement, subject)),
      ...(agreements.length === 0 ? [warning('there is no agreement: nothing may pass')] : []),
      ...withoutScheme(
        subject,
        parties.map(({ id }) => id),
      ),
    ],
  }
}

function expired({ document, moments: [at = 0] }: Subject): readonly Objection[] {
  return document.expires <= at ? [warning('the registry has expired: every gateway stops by it')] : []
}

function unusable(agreement: Agreement, subject: Subject): readonly Objection[] {
  const { id, retention } = agreement
  const said = (what: string) => [warning(`agreement ${id} ${what}`)]
  if (!subject.moments.some((at) => isLive(agreement, at))) return said(whyNeverLive(agreement, subject))
  const pairs = subject.moments.flatMap((at) => pairsOf(subject.rules, agreement, at))
  if (pairs.length === 0) return said('is between no two parties that the registry lists')
  const receivers = [...new Set(pairs.map(([, to]) => to))]
  const highest = Math.max(...receivers.map((to) => subject.rules.parties.get(to)?.accreditation ?? 0))
  const above = [...agreement.ceilings].filter(([, ceiling]) => ceiling > highest)
  return [
    ...above.flatMap(([category, ceiling]) =>
      said(
        `has the ceiling ${ceiling} for ${category}; none of its receivers is accredited above ${highest}`,
      ),
    ),
    ...(retention === 0 ? said('leaves no time for retention: nothing may pass') : []),
    ...(agreement.ceilings.size === 0 ? said('covers no category: nothing may pass') : []),
  ]
}

function whyNeverLive(agreement: Agreement, { moments: [at = 0] }: Subject): string {
  const { from, until = Infinity } = agreement
  if (until <= at) return 'has expired'
  if (from > at) return 'does not come into force while this registry lasts'
  return `is not in force while this registry lasts: ${stateAt(agreement, at) ?? 'not yet signed'}`
}

/** Its own markings mean nothing to anyone, and it has none to give to what it gets. */
function withoutScheme({ rules }: Subject, parties: readonly string[]): readonly Objection[] {
  const without = parties.filter((party) => !rules.schemes.has(party))
  if (without.length === 0) return []
  return [warning(`no markings of their own: ${without.join(', ')}`)]
}
