/** Answers for what is said of each object once it is verified, by name, for people. */
import type { VerifiedAttestation } from './attestation/verify.ts'
import { toHex } from './bytes.ts'
import type { CborValue } from './cbor.ts'
import { type Directory, witnessesFor } from './directory.ts'
import type { VerifiedEnvelope } from './envelope/verify.ts'
import { printLabel, printMarking } from './label.ts'
import type { VerifiedCheckpoint } from './ledger/checkpoint.ts'
import { witnessesOf } from './ledger/witness.ts'
import type { PartyId, Seconds } from './names.ts'
import type { VerifiedWithdrawal } from './withdrawal.ts'

/** What a file says, by name; times are in seconds since 1970. */
export type Facts = Readonly<Record<string, string | number | readonly string[]>>

export function envelopeFacts(envelope: VerifiedEnvelope): Facts {
  const { id, issuer, messageType, label, purpose, agreement, recipients, issuedAt, expiresAt } = envelope
  const { needToKnow, legalBasis, reader } = envelope.justification ?? {}
  return {
    envelope: id,
    from: issuer,
    to: recipients.map(({ party }) => party),
    type: messageType,
    label: printLabel(label),
    purpose,
    agreement,
    ...(needToKnow !== undefined && { 'need to know': needToKnow }),
    ...(legalBasis !== undefined && { 'legal basis': legalBasis }),
    ...(reader && { reader: `cleared to ${reader.clearance}, ${reader.nationalities.join(', ')}` }),
    'issued at': issuedAt,
    'expires at': expiresAt,
  }
}

export function withdrawalLine({ issuer, attestation, kind, reason }: VerifiedWithdrawal): string {
  return `${issuer} ${toHex(attestation)}: ${kind}, ${reason}`
}

/** Which of the witnesses that the registry names have cosigned: with both keys, each line verified. */
export function witnessFacts(
  checkpoint: VerifiedCheckpoint,
  directory: Directory,
  owner: PartyId,
  now: Seconds,
): Facts {
  const witnesses = [...witnessesOf(checkpoint, witnessesFor(directory, owner, now)).keys()]
  return { 'witnessed by': witnesses.length === 0 ? 'nobody' : witnesses }
}

/** Of what the entry is, as far as the receipt shows it. */
export function shownFacts(disclosed: ReadonlyMap<string, CborValue>): Facts {
  const [event, digest, transfer] = ['event', 'digest', 'transfer'].map((name) => disclosed.get(name))
  return {
    ...(typeof event === 'string' && { event }),
    ...(typeof transfer === 'string' && { envelope: transfer }),
    ...(digest instanceof Uint8Array && { digest: toHex(digest) }),
  }
}

export function attestationFacts({
  id,
  issuer,
  subject,
  clearance,
  identifiers,
  expiresAt,
  status,
}: VerifiedAttestation): Facts {
  return {
    attestation: id,
    issuer,
    subject,
    clearance: printMarking(clearance.scheme, clearance.level),
    'valid until': clearance.validUntil,
    'expires at': expiresAt,
    ...(status !== undefined && { 'status list': status.uri }),
    ...Object.fromEntries(identifiers),
  }
}

export function summary({ subject, clearance }: VerifiedAttestation): string {
  return `${subject}: ${printMarking(clearance.scheme, clearance.level)}`
}
