/** Answers for what a frozen vector says about an object that is accepted: plain JSON, bytes in hexadecimal. */
import { verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { toHex } from '../../protocol/bytes.ts'
import type { Directory } from '../../protocol/directory.ts'
import { decrypt, openEnvelope } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import type { OpeningKey } from '../../protocol/key.ts'
import { acceptFirst, acceptNext, requireFresh } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { pinnedRoots } from './parties.ts'

export function factsOfEnvelope(bytes: Uint8Array, opener: OpeningKey, directory: Directory, now: number) {
  const envelope = verify(bytes, directory, now)
  const { id, issuer, messageType, issuedAt, expiresAt, label, purpose, agreement, recipients, digest } =
    envelope
  const { justification } = envelope
  const { attestations } = openEnvelope(envelope, [opener], directory, now)
  return {
    ...{ id, issuer, messageType, issuedAt, expiresAt, label, purpose, agreement, recipients },
    ...(justification && { justification }),
    digest: toHex(digest),
    documents: decrypt(envelope, [opener]).map(toHex),
    attestations: attestations.map(({ id }) => id),
  }
}

export function factsOfAttestation(bytes: Uint8Array, directory: Directory, now: number) {
  const verified = verifyAttestation(bytes, directory, now)
  const { id, issuer, subject, issuedAt, notBefore, expiresAt, clearance, identifiers, status, holder } =
    verified
  return {
    ...{ id, issuer, subject, issuedAt, notBefore, expiresAt, clearance, status },
    identifiers: Object.fromEntries(identifiers),
    ...(holder === undefined ? {} : { holder: holder.id }),
  }
}

export function factsOfAcknowledgement(bytes: Uint8Array, directory: Directory, now: number) {
  const verified = verifyAcknowledgement(bytes, directory, now)
  const { recipient, sender, envelope, digest, outcome, code, at, ownDigest } = verified
  return {
    ...{ recipient, sender, envelope: toHex(envelope), digest: toHex(digest), outcome, at },
    ...(code === undefined ? {} : { code }),
    ownDigest: toHex(ownDigest),
  }
}

export function factsOfRegistry(bytes: Uint8Array, now: number, held?: Uint8Array) {
  const first = acceptFirst(held ?? bytes, pinnedRoots)
  const accepted = held === undefined ? first : acceptNext(bytes, first)
  const { document, digest, documentDigest } = accepted
  requireFresh(document, now)
  return {
    ...{ version: document.version, issued: document.issued, expires: document.expires },
    roots: rootsDigest(document.roots),
    parties: document.parties.map(({ id, keys }) => ({
      id,
      keys: keys.map(({ use, key }) => `${use} ${key.id}`),
    })),
    ...(document.witnessing && { witnessing: document.witnessing }),
    digest: toHex(digest),
    documentDigest: toHex(documentDigest),
  }
}
