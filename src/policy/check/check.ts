/** Answers for the proofs that a registry is put to before it is signed, in the order in which they are told. */
import type { Seconds } from '../../../protocol/names.ts'
import type { RegistryDocument } from '../../../protocol/registry.ts'
import { agreementsProof } from './check-agreements.ts'
import { consentsProof } from './check-consents.ts'
import { decisionsProof } from './check-decisions.ts'
import { onwardProof } from './check-onward.ts'
import { referencesProof } from './check-references.ts'
import { tablesProof } from './check-tables.ts'
import { translationsProof } from './check-translations.ts'
import { momentsOf } from '../moments.ts'
import type { Progress, Proof, Subject } from '../proof.ts'
import { rulesOf } from '../registry-rules.ts'

/** The quick ones first. */
export const proofs = {
  references: referencesProof,
  tables: tablesProof,
  agreements: agreementsProof,
  consents: consentsProof,
  translations: translationsProof,
  onward: onwardProof,
  decisions: decisionsProof,
} as const satisfies Readonly<Record<string, (subject: Subject, progress: Progress) => Proof>>

/** `progressOf` gives each proof what it tells its progress to. */
export function proofsOf(
  document: RegistryDocument,
  at: Seconds,
  progressOf: (proof: string) => Progress,
): readonly Proof[] {
  const subject = subjectOf(document, at)
  return Object.entries(proofs).map(([name, prove]) => prove(subject, progressOf(name)))
}

export function subjectOf(document: RegistryDocument, at: Seconds): Subject {
  return { document, rules: rulesOf(document), moments: momentsOf(document, at) }
}

export function isFailed({ objections }: Proof): boolean {
  return objections.some(({ kind }) => kind === 'failure')
}
