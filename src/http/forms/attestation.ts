/** Answers for attestations as JSON: what an agency gives to have one issued, and what it is shown of one received. */
import { z } from 'zod'
import { type Clearance, identifierNames } from '../../../protocol/attestation/format.ts'
import type { VerifiedAttestation } from '../../../protocol/attestation/verify.ts'
import { base64, listOf, party, time, token, word } from './values.ts'

const conditionForm = z.strictObject({
  kind: z.enum(['post', 'sponsor', 'provisional', 'exceptional']),
  text: word.exactOptional(),
})

const clearanceForm = z
  .strictObject({
    scheme: party,
    level: word,
    categories: listOf(word),
    check: word,
    granted: time,
    validUntil: time,
    reviewDue: time.exactOptional(),
    conditions: listOf(conditionForm, 16),
    caveats: listOf(word),
    legalBasis: word,
  })
  .meta({ id: 'Clearance', description: 'What the holder is cleared to, in the words of the scheme.' })

clearanceForm satisfies z.ZodType<Clearance>

const identifiersForm = z
  .partialRecord(z.enum(identifierNames), z.string().min(1).max(400))
  .meta({ description: 'personal identifiers; the recipient sees only those given here' })

const statusForm = z.strictObject({ uri: z.string().min(1).max(500), index: z.int().min(0) })

/** An attestation that the gateway is asked to issue. */
export const newAttestationForm = z
  .strictObject({
    subject: token.meta({ description: 'pairwise pseudonym of the holder' }),
    notBefore: time.meta({ description: 'from now when absent' }).exactOptional(),
    expiresAt: time,
    clearance: clearanceForm,
    identifiers: identifiersForm,
  })
  .meta({ id: 'NewAttestation', description: 'An attestation for the gateway to issue and sign.' })

/** An attestation whose every check has passed. */
export const attestationForm = z
  .object({
    id: z.string().regex(/^[0-9a-f]{32}$/),
    issuer: party,
    subject: token,
    issuedAt: time,
    notBefore: time,
    expiresAt: time,
    clearance: clearanceForm,
    identifiers: identifiersForm,
    status: statusForm.exactOptional(),
    document: base64.meta({ description: 'the signed attestation itself' }),
  })
  .meta({ id: 'Attestation', description: 'An attestation whose every check has passed.' })
export type AttestationView = z.output<typeof attestationForm>

export function attestationShown(attestation: VerifiedAttestation): AttestationView {
  const { id, issuer, subject, issuedAt, notBefore, expiresAt, clearance, status, bytes } = attestation
  const identifiers = Object.fromEntries(attestation.identifiers)
  return {
    ...{ id, issuer, subject, issuedAt, notBefore, expiresAt, clearance, identifiers, document: bytes },
    ...(status !== undefined && { status }),
  }
}
