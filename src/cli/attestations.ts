/** Answers for attestations out of an envelope: as lines for people, and as files of their own. */
import path from 'node:path'
import { printMarking } from '../../protocol/label.ts'
import type { AttestationView } from '../http/forms/attestation.ts'
import { toDate } from './answer.ts'
import { makeFolder, writeNew } from './files.ts'

export function attestationLines(attestation: AttestationView, file: string | undefined): readonly string[] {
  const { issuer, subject, clearance, identifiers } = attestation
  const cleared = `${printMarking(clearance.scheme, clearance.level)} until ${toDate(clearance.validUntil)}`
  return [
    `  ${subject}: ${cleared}, stated by ${issuer}`,
    ...Object.entries(identifiers).map(([name, value]) => `    ${name}: ${value}`),
    ...(file === undefined ? [] : [`    written to ${file}`]),
  ]
}

/** Gives their names, which are their ids. */
export function writeAttestations(
  folder: string,
  attestations: readonly AttestationView[],
): readonly string[] {
  makeFolder(folder)
  return attestations.map(({ id, document }) => {
    const file = path.join(folder, `${id}.attestation.cose`)
    writeNew(file, document)
    return file
  })
}
