/** Answers for turning a request in plain terms into a sealed envelope: attestations issued, sealed to current keys, signed. */
import { type IdentifierName, identifierNames } from '../../protocol/attestation/format.ts'
import { issueOffThread } from '../../protocol/attestation/issue.ts'
import { currentSealingKey, type Directory } from '../../protocol/directory.ts'
import { sealOffThread } from '../../protocol/envelope/seal.ts'
import type { SigningPair } from '../../protocol/key.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { StatusReference } from '../../protocol/status-list.ts'
import { onlyLiveAgreement } from './agreement-choice.ts'
import type { AttestationRequest, PackageRequest } from './package-request.ts'

/** Who signs, by which registry, and when. */
export interface Sealer {
  readonly party: PartyId
  readonly signing: SigningPair
  readonly directory: Directory
  readonly now: Seconds
}

const usualSeconds: Seconds = 24 * 3600

/** The attestations exist here in memory alone: what leaves is sealed. Throws `bad-request` for a choice that is not clear. */
export async function sealRequest(request: PackageRequest, sealer: Sealer): Promise<Uint8Array> {
  return sealDocuments(request, await issueRequested(request, sealer, []), sealer)
}

/** One for each of the request, each referring to its place in a status list where one is given. */
export async function issueRequested(
  { attestations }: PackageRequest,
  sealer: Sealer,
  statuses: readonly StatusReference[],
): Promise<readonly Uint8Array[]> {
  return Promise.all(attestations.map((each, i) => issued(each, sealer, statuses[i])))
}

export async function sealDocuments(
  request: PackageRequest,
  documents: readonly Uint8Array[],
  { party, signing, directory, now }: Sealer,
): Promise<Uint8Array> {
  const { label, purpose, recipients, justification } = request
  return sealOffThread({
    issuer: party,
    messageType: 'clearance.certificate',
    documents,
    label,
    purpose,
    agreement: request.agreement ?? onlyLiveAgreement(directory, party, recipients, now),
    ...(justification && { justification }),
    recipients: recipients.map((recipient) => ({
      party: recipient,
      key: currentSealingKey(directory, recipient, now),
    })),
    signers: signing,
    issuedAt: now,
    expiresAt: now + (request.expiresInSeconds ?? usualSeconds),
  })
}

async function issued(
  request: AttestationRequest,
  { party, signing, now }: Sealer,
  status: StatusReference | undefined,
): Promise<Uint8Array> {
  const { subject, clearance, identifiers, notBefore, expiresAt } = request
  return issueOffThread({
    issuer: party,
    subject,
    issuedAt: now,
    notBefore: notBefore ?? now,
    expiresAt,
    clearance,
    identifiers: given(identifiers),
    ...(status && { status }),
    signers: signing,
  })
}

function given(identifiers: AttestationRequest['identifiers']): Partial<Record<IdentifierName, string>> {
  const present = identifierNames.flatMap((name) => {
    const value = identifiers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(present)
}
