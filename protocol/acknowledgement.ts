/** Answers for acknowledgements: what a recipient signs about an envelope it was given. The rules are in acknowledgement.md. */
import { suite } from '#suite'
import { equal } from './bytes.ts'
import { decode } from './cbor.ts'
import { requireNotAhead } from './clock-skew.ts'
import { bytes, decodeAs, encodeAs, field, type Of, oneOf, optional, record, seconds } from './codec.ts'
import { encodeSigned, plainCoseSign, verifyPair } from './cose.ts'
import { type Directory, signingKeysOf } from './directory.ts'
import { Rejected } from './errors.ts'
import type { SigningPair } from './key.ts'
import { partyId, type Seconds, tokenName } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { type Trace, untraced } from './report.ts'

const acknowledgement = record({
  recipient: field(1, partyId),
  /** To whom it goes back: the issuer of the envelope. */
  sender: field(2, partyId),
  envelope: field(3, bytes(16)),
  /** SHA-256 of the envelope's bytes. */
  digest: field(4, bytes(32)),
  outcome: field(5, oneOf('consigned', 'opened', 'refused')),
  /** Why it was refused: a code of the closed list. */
  code: optional(6, tokenName),
  at: field(7, seconds),
})
export type Acknowledgement = Of<typeof acknowledgement>

export const acknowledgementChecks = ['encoding', 'structure', 'recipient', 'validity', 'signatures'] as const
export type AcknowledgementCheck = (typeof acknowledgementChecks)[number]

const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(mediaTypes.acknowledgement)) }), {
  typ: mediaTypes.acknowledgement,
})

export function acknowledge(statement: Acknowledgement, signers: SigningPair): Uint8Array {
  requireCode(statement)
  return encodeSigned(protectedBytes, encodeAs(acknowledgement, statement), signers)
}

declare const verified: unique symbol
/** An acknowledgement whose checks have passed; `verifyAcknowledgement` alone makes it. */
export type VerifiedAcknowledgement = Acknowledgement & {
  readonly [verified]: true
  readonly bytes: Uint8Array
  /** SHA-256 of `bytes`. */
  readonly ownDigest: Uint8Array
}

export function verifyAcknowledgement(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<AcknowledgementCheck> = untraced,
): VerifiedAcknowledgement {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const signed = plainCoseSign.read(value, 'acknowledgement')
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'acknowledgement header')
  const statement = decodeAs(acknowledgement, signed[2], 'acknowledgement')
  requireCode(statement)
  trace('recipient')
  const keys = signingKeysOf(directory, statement.recipient, signed[3], statement.at, now)
  trace('validity')
  requireNotAhead(statement.at, now, 'acknowledgement')
  trace('signatures')
  verifyPair(signed, keys)
  return { ...statement, bytes, ownDigest: suite.sha256(bytes) } as VerifiedAcknowledgement
}

/** A reason belongs to a refusal, and to nothing else. */
function requireCode({ outcome, code }: Acknowledgement): void {
  if ((outcome === 'refused') !== (code !== undefined))
    throw new Rejected('malformed-structure', 'acknowledgement.code')
}
