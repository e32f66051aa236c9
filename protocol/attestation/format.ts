/** Answers for the bytes of an attestation: claims, selectively disclosable identifiers, as attestation.md gives them. */
import { suite } from '#suite'
import { encodeBytes, redacted } from '../cbor.ts'
import {
  bytes,
  encodeAs,
  field,
  list,
  oneOf,
  type Of,
  optional,
  record,
  seconds,
  text,
  tuple,
  unsigned,
} from '../codec.ts'
import { coseSign } from '../cose.ts'
import { coseKey } from '../key.ts'
import { partyId, setOf, tokenName, words } from '../names.ts'
import { algorithms, claims, headers, mediaTypes } from '../numbers.ts'

/** Personal identifiers; each is disclosed or withheld by itself. */
export const identifierNames = [
  'surname',
  'given-names',
  'birth-date',
  'birth-place',
  'nationality',
  'document-number',
  'position',
  'employer',
] as const
export type IdentifierName = (typeof identifierNames)[number]

/** Hashes in every attestation, decoys included, so that their number tells nothing. */
export const disclosureSlots = 16

const condition = record({
  kind: field(1, oneOf('post', 'sponsor', 'provisional', 'exceptional')),
  text: optional(2, words),
})

/** What the holder is cleared to: a marking of the issuer's scheme, never a bare number; categories are sets, never ranks. */
export const clearance = record({
  scheme: field(1, partyId),
  level: field(2, words),
  categories: field(3, setOf(words)),
  check: field(4, words),
  granted: field(5, seconds),
  validUntil: field(6, seconds),
  reviewDue: optional(7, seconds),
  conditions: field(8, list(condition, 0, 16)),
  caveats: field(9, setOf(words)),
  legalBasis: field(10, words),
})
export type Clearance = Of<typeof clearance>

const status = record({
  list: field('status_list', record({ index: field('idx', unsigned), uri: field('uri', text(500)) })),
})

export const attestationClaims = record({
  iss: field(claims.iss, partyId),
  /** Pairwise pseudonym of the holder: another for every recipient. */
  sub: field(claims.sub, tokenName),
  exp: field(claims.exp, seconds),
  nbf: field(claims.nbf, seconds),
  iat: field(claims.iat, seconds),
  cti: field(claims.cti, bytes(16)),
  cnf: optional(claims.cnf, record({ key: field(1, coseKey) })),
  status: optional(claims.status, status),
  clearance: field(claims.clearance, clearance),
  redacted: field(redacted, list(bytes(32), disclosureSlots, disclosureSlots)),
})
export type AttestationClaims = Of<typeof attestationClaims>

/** `[salt, value, claim key]`, draft-ietf-spice-sd-cwt. */
export const disclosure = tuple(bytes(16), text(400), oneOf(...identifierNames))

const attestationHeader = record({
  typ: field(headers.typ, oneOf(mediaTypes.attestation)),
  sdAlg: field(headers.sdAlg, oneOf(algorithms.sha256)),
})
export const attestationHeaderBytes = encodeAs(attestationHeader, {
  typ: mediaTypes.attestation,
  sdAlg: algorithms.sha256,
})

/** COSE_Sign with the disclosures beside what is signed. */
export const signedAttestation = coseSign(
  record({ disclosures: field(headers.sdClaims, list(bytes(1, 2048), 0, disclosureSlots)) }),
)

/** SHA-256 over the disclosure as an encoded byte string, its head included. */
export function disclosureHash(disclosureBytes: Uint8Array): Uint8Array {
  return suite.sha256(encodeBytes(disclosureBytes))
}
