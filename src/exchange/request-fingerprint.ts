/**
 * Answers for telling a repeated request from another one under the same key. A plain digest would let whoever reads the
 * database test guesses at a name or a birth date; this one cannot be made without the party's signing key.
 */
import { suite } from '#suite'
import { clearance, identifierNames } from '../../protocol/attestation/format.ts'
import { concat, utf8 } from '../../protocol/bytes.ts'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import type { SigningPair } from '../../protocol/key.ts'
import { label } from '../../protocol/label.ts'
import { justification } from '../../protocol/policy/justification.ts'
import type { AttestationRequest, PackageRequest } from './package-request.ts'

/** 32 bytes. Ed25519 is deterministic (RFC 8032), and no other message that the key signs begins like this. */
export function requestFingerprint(request: PackageRequest, [ed25519]: SigningPair): Uint8Array {
  const digest = suite.sha256(encode(requestValue(request)))
  return suite.sha256(ed25519.sign(concat(utf8('pouch/1 request fingerprint'), digest)))
}

function requestValue(request: PackageRequest): CborValue {
  const { attestations, recipients, purpose, agreement = null, expiresInSeconds = null } = request
  return [
    attestations.map(attestationValue),
    label.write(request.label),
    [...recipients],
    purpose,
    agreement,
    expiresInSeconds,
    ...(request.justification ? [justification.write(request.justification)] : []),
    ...(request.passing === undefined ? [] : [['passing', ...request.passing]]),
  ]
}

function attestationValue(request: AttestationRequest): CborValue {
  const { subject, identifiers, notBefore = null, expiresAt } = request
  const disclosed = identifierNames.map((name) => identifiers[name] ?? null)
  return [subject, clearance.write(request.clearance), disclosed, notBefore, expiresAt]
}
