/**
 * Answers for packaging: plain attestations become issued ones, sealed to every recipient's current key, signed by the
 * party and submitted. A request with a key of its own can be repeated until it is answered; it is packaged once.
 */
import { equal } from '../../protocol/bytes.ts'
import { type IdentifierName, identifierNames } from '../../protocol/attestation/format.ts'
import { issue } from '../../protocol/attestation/issue.ts'
import { currentSealingKey, type Directory } from '../../protocol/directory.ts'
import { seal } from '../../protocol/envelope/seal.ts'
import { verify, type VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Seconds } from '../../protocol/names.ts'
import { onlyLiveAgreement } from './agreement-choice.ts'
import { ownKeys } from './deliver.ts'
import { entryKeys } from './envelope-name.ts'
import { findEnvelopeByEntry } from './envelopes-table.ts'
import { firstAnswer } from './first-answer.ts'
import type { Gateway } from './gateway.ts'
import type { AttestationRequest, PackageRequest } from './package-request.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import type { Submission } from './submission.ts'
import { enter } from './submit.ts'

const usualSeconds: Seconds = 24 * 3600

/** Throws `forbidden` on a blind gateway, `bad-request` for a choice that is not clear, `reused-id` for another request under its key. */
export async function packageAndSubmit(
  gateway: Gateway,
  request: PackageRequest,
  requestKey?: string,
): Promise<Submission> {
  const directory = gateway.directory()
  const origin = { kind: 'agency' } as const
  if (requestKey === undefined) {
    const envelope = packaged(gateway, request, directory)
    return enter(gateway, {
      envelope,
      origin,
      directory,
      key: entryKeys.envelope(envelope),
      fingerprint: envelope.digest,
    })
  }
  const key = entryKeys.package(gateway.party, requestKey)
  const fingerprint = requestFingerprint(request, ownKeys(gateway).signing)
  const earlier = await findEnvelopeByEntry(gateway.database, key)
  if (earlier !== undefined) {
    if (!equal(earlier.fingerprint, fingerprint))
      throw new Rejected('reused-id', 'another request under this key')
    return firstAnswer(gateway, key)
  }
  // Two at once both seal; the sequencer enters one, and the other gets its answer.
  return enter(gateway, {
    envelope: packaged(gateway, request, directory),
    origin,
    directory,
    key,
    fingerprint,
  })
}

/** Verified like any other: what the gateway would refuse from others it does not send itself. */
function packaged(gateway: Gateway, request: PackageRequest, directory: Directory): VerifiedEnvelope {
  const { signing } = ownKeys(gateway)
  const { label, purpose, recipients } = request
  const now = gateway.now()
  const bytes = seal({
    issuer: gateway.party,
    messageType: 'clearance.certificate',
    documents: request.attestations.map((attestation) => issued(gateway, attestation)),
    label,
    purpose,
    agreement: request.agreement ?? onlyLiveAgreement(directory, gateway.party, recipients, now),
    recipients: recipients.map((party) => ({ party, key: currentSealingKey(directory, party, now) })),
    signers: signing,
    issuedAt: now,
    expiresAt: now + (request.expiresInSeconds ?? usualSeconds),
  })
  if (bytes.length > gateway.limits.maxEnvelopeBytes) throw new Rejected('too-large', `${bytes.length} bytes`)
  return verify(bytes, directory, now)
}

/** The attestation exists here in memory alone: what is stored, relayed and logged is the sealed envelope. */
function issued(gateway: Gateway, request: AttestationRequest): Uint8Array {
  const { subject, clearance, identifiers, notBefore, expiresAt } = request
  const issuedAt = gateway.now()
  return issue({
    issuer: gateway.party,
    subject,
    issuedAt,
    notBefore: notBefore ?? issuedAt,
    expiresAt,
    clearance,
    identifiers: given(identifiers),
    signers: ownKeys(gateway).signing,
  })
}

function given(identifiers: AttestationRequest['identifiers']): Partial<Record<IdentifierName, string>> {
  const present = identifierNames.flatMap((name) => {
    const value = identifiers[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(present)
}
