/** Answers for the proofs that a registry is put to before it is signed, in the order in which they are told. */
import type { Seconds } from '../../protocol/names.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'
import { agreementsProof } from './check-agreements.ts'
import { consentsProof } from './check-consents.ts'
import { decisionsProof } from './check-decisions.ts'
import { onwardProof } from './check-onward.ts'
import { referencesProof } from './check-references.ts'
import { tablesProof } from './check-tables.ts'
import { translationsProof } from './check-translations.ts'
import { momentsOf } from './moments.ts'
import type { Progress, Proof, Subject } from './proof.ts'
import { rulesOf } from './registry-rules.ts'

/** `progressOf` gives each long proof what it tells its progress to. */
export function proofsOf(
  document: RegistryDocument,
  at: Seconds,
  progressOf: (proof: string) => Progress = () => () => undefined,
): readonly Proof[] {
  const subject = subjectOf(document, at)
  return [
    referencesProof(subject),
    tablesProof(subject),
    agreementsProof(subject),
    translationsProof(subject, progressOf('translations')),
    consentsProof(subject),
    onwardProof(subject, progressOf('onward')),
    decisionsProof(subject, progressOf('decisions')),
  ]
}

export function subjectOf(document: RegistryDocument, at: Seconds): Subject {
  return { document, rules: rulesOf(document), moments: momentsOf(document, at) }
}

export function isFailed({ objections }: Proof): boolean {
  return objections.some(({ kind }) => kind === 'failure')
}
