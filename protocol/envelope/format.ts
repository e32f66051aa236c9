/** Answers for the bytes of an envelope: header, sealed body and plaintext, as envelope.md and pouch.cddl give them. */
import { suite } from '#suite'
import { concat, utf8 } from '../bytes.ts'
import { type CborValue, decode, encodeFlat } from '../cbor.ts'
import { bytes, encodeAs, field, list, oneOf, type Of, optional, record, seconds, tuple } from '../codec.ts'
import { type CoseEncrypt, type CoseSign, coseEncrypt, plainCoseSign } from '../cose.ts'
import { Rejected } from '../errors.ts'
import { keyId } from '../key.ts'
import { label } from '../label.ts'
import { claims, contentFormatCoseEncrypt, headers, mediaTypes } from '../numbers.ts'
import { partyId, type Seconds, tokenName } from '../names.ts'
import { type Justification, justification } from '../policy/justification.ts'

/** What the envelope carries: the `sub` of its claims. */
const messageType = oneOf('clearance.certificate', 'clearance.withdrawal')
export type MessageType = Of<typeof messageType>

export const maxEnvelopeBytes = 8 * 1024 * 1024
export const maxValiditySeconds = 7 * 24 * 3600

const { cwtClaims, typ, ...ours } = headers
const critical = [
  cwtClaims,
  typ,
  ours.label,
  ours.purpose,
  ours.agreement,
  ours.commitment,
  ours.signers,
  ours.recipients,
] as const
/** Who does not know what is stated does not decide: it stands in `crit` wherever it is in the header. */
const criticalWhenStated = [...critical, ours.justification] as const

/** The one `crit` of a header. */
export function criticalOf(
  stated: Justification | undefined,
): readonly (typeof criticalWhenStated)[number][] {
  return stated === undefined ? critical : criticalWhenStated
}

const envelopeClaims = record({
  iss: field(claims.iss, partyId),
  sub: field(claims.sub, messageType),
  iat: field(claims.iat, seconds),
  exp: field(claims.exp, seconds),
  cti: field(claims.cti, bytes(16)),
})

const envelopeRecipient = record({ party: field(1, partyId), kid: field(2, keyId) })
export type EnvelopeRecipient = Of<typeof envelopeRecipient>

export const envelopeHeader = record({
  crit: field(headers.crit, list(oneOf(...criticalWhenStated), critical.length, criticalWhenStated.length)),
  contentType: field(headers.contentType, oneOf(contentFormatCoseEncrypt)),
  claims: field(headers.cwtClaims, envelopeClaims),
  typ: field(headers.typ, oneOf(mediaTypes.envelope)),
  label: field(headers.label, label),
  purpose: field(headers.purpose, tokenName),
  agreement: field(headers.agreement, tokenName),
  commitment: field(headers.commitment, bytes(48)),
  signers: field(headers.signers, tuple(keyId, keyId)),
  recipients: field(headers.recipients, list(envelopeRecipient, 1, 1000)),
  justification: optional(headers.justification, justification),
})
export type EnvelopeHeader = Of<typeof envelopeHeader>

export const plaintext = record({
  salt: field(1, bytes(32)),
  documents: field(2, list(bytes(1, maxEnvelopeBytes), 1, 1000)),
  padding: field(3, bytes(0, maxEnvelopeBytes)),
})

/** Header fields that are the same in every envelope. */
export const fixedHeader = {
  contentType: contentFormatCoseEncrypt,
  typ: mediaTypes.envelope,
} as const

/** The parsed layers, each with the bytes that were signed. */
export interface ParsedEnvelope {
  readonly signed: CoseSign
  readonly header: EnvelopeHeader
  readonly headerBytes: Uint8Array
  readonly sealed: CoseEncrypt
}

/** Check 3: exact structure, `typ` and `crit` first, so that a newer profile is told from a broken message. */
export function parseEnvelope(value: CborValue): ParsedEnvelope {
  const signed = plainCoseSign.read(value, 'envelope')
  const headerValue = decode(signed[0])
  requireProfile(headerValue)
  const header = envelopeHeader.read(headerValue, 'envelope.header')
  requireCritical(header)
  const sealed = coseEncrypt.read(decode(signed[2]), 'envelope.sealed')
  return { signed, header, headerBytes: signed[0], sealed }
}

function requireProfile(header: CborValue): void {
  if (!(header instanceof Map)) throw new Rejected('malformed-structure', 'envelope.header')
  if (header.get(headers.typ) !== mediaTypes.envelope) throw new Rejected('unknown-type', 'envelope typ')
  const crit = (header as ReadonlyMap<CborValue, CborValue>).get(headers.crit)
  if (!Array.isArray(crit)) throw new Rejected('malformed-structure', 'envelope.header.crit')
  const known: readonly CborValue[] = criticalWhenStated
  if (crit.some((label: CborValue) => !known.includes(label))) throw new Rejected('unknown-critical')
}

function requireCritical({ crit, justification: stated }: EnvelopeHeader): void {
  const wanted = criticalOf(stated)
  const agrees = crit.length === wanted.length && wanted.every((label, i) => crit[i] === label)
  if (!agrees) throw new Rejected('malformed-structure', 'envelope.header.crit')
}

/** What layer 0 authenticates beside the ciphertext: the header, so that a stripped and re-signed copy does not open. */
export function externalAad(headerBytes: Uint8Array): Uint8Array {
  return encodeFlat(['pouch/1 envelope', headerBytes])
}

export function encodeHeader(header: EnvelopeHeader): Uint8Array {
  return encodeAs(envelopeHeader, header)
}

/** SHA-384 with a salted plaintext: binds every recipient to one message, which AES-GCM alone does not. */
export function commitmentTo(body: Uint8Array): Uint8Array {
  return suite.sha384(concat(utf8('pouch/1 commitment'), body))
}

/** Throws `bad-validity`: an envelope lives at least a second and at most seven days. */
export function requireValidity(issuedAt: Seconds, expiresAt: Seconds): void {
  if (expiresAt <= issuedAt || expiresAt - issuedAt > maxValiditySeconds) throw new Rejected('bad-validity')
}
