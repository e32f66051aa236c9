/**
 * Answers for withdrawals: what an issuer states about an attestation of its own after it has left, and signs. It goes to
 * everyone who ever received the attestation, inside an envelope. The rules are in withdrawal.md.
 */
import { suite } from '#suite'
import { signedAttestation } from './attestation/format.ts'
import { equal } from './bytes.ts'
import { type CborValue, decode } from './cbor.ts'
import { requireNotAhead } from './clock-skew.ts'
import {
  bytes,
  decodeAs,
  encodeAs,
  field,
  type Of,
  oneOf,
  optional,
  record,
  seconds,
  unsigned,
} from './codec.ts'
import { encodeSigned, plainCoseSign, verifyPair } from './cose.ts'
import { type Directory, signingKeysOf } from './directory.ts'
import { Rejected } from './errors.ts'
import type { SigningPair } from './key.ts'
import { partyId, type Seconds } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { type Trace, untraced } from './report.ts'

/** What has become of an attestation. */
export const withdrawalKinds = [
  'withdrawn',
  'suspended',
  'reinstated',
  'downgraded',
  'altered',
  'superseded',
  'expiring',
] as const
export type WithdrawalKind = (typeof withdrawalKinds)[number]

/** Classes of reasons; none of them says anything against the holder. */
export const withdrawalReasons = [
  'no-longer-needed',
  'change-of-position',
  'change-of-identity',
  'change-of-level',
  'review',
  'issued-in-error',
  'key-compromise',
  'undisclosed',
] as const
export type WithdrawalReason = (typeof withdrawalReasons)[number]

const withdrawalShape = record({
  /** Of the attestation, who signs. */
  issuer: field(1, partyId),
  /** `attestationDigest` of it. */
  attestation: field(2, bytes(32)),
  kind: field(3, oneOf(...withdrawalKinds)),
  /** Of what the issuer has stated about this attestation, from 1. */
  sequence: field(4, unsigned),
  at: field(5, seconds),
  reason: field(6, oneOf(...withdrawalReasons)),
  /** The attestation that stands in its place. */
  replacement: optional(7, bytes(32)),
})
export type Withdrawal = Of<typeof withdrawalShape>

export const withdrawalChecks = ['encoding', 'structure', 'issuer', 'validity', 'signatures'] as const
export type WithdrawalCheck = (typeof withdrawalChecks)[number]

const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(mediaTypes.withdrawal)) }), {
  typ: mediaTypes.withdrawal,
})

/** H of the signed claims: one for an attestation, whichever of its identifiers are disclosed. Throws as its parser. */
export function attestationDigest(attestation: Uint8Array): Uint8Array {
  return suite.sha256(decodeAs(signedAttestation, attestation, 'attestation')[2])
}

export function signWithdrawal(withdrawal: Withdrawal, signers: SigningPair): Uint8Array {
  requireSound(withdrawal)
  return encodeSigned(protectedBytes, encodeAs(withdrawalShape, withdrawal), signers)
}

/** Whether an attestation may be relied on after this: what is altered or about to end is told of, and stands. */
export function endsReliance(kind: WithdrawalKind): boolean {
  return kind === 'withdrawn' || kind === 'suspended' || kind === 'downgraded' || kind === 'superseded'
}

/** After it nothing brings the attestation back. */
export function isFinal(kind: WithdrawalKind): boolean {
  return endsReliance(kind) && kind !== 'suspended'
}

declare const verified: unique symbol
/** A withdrawal whose checks have passed; `verifyWithdrawal` alone makes it. */
export type VerifiedWithdrawal = Withdrawal & {
  readonly [verified]: true
  readonly bytes: Uint8Array
  /** SHA-256 of the encoded statement: the same whoever signed it anew. */
  readonly statement: Uint8Array
}

export interface ParsedWithdrawal {
  readonly signed: Of<typeof plainCoseSign>
  readonly withdrawal: Withdrawal
  readonly bytes: Uint8Array
}

export function verifyWithdrawal(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<WithdrawalCheck> = untraced,
): VerifiedWithdrawal {
  return verifyParsedWithdrawal(parseWithdrawal(bytes, trace), directory, now, trace)
}

/** The first two checks. */
export function parseWithdrawal(
  bytes: Uint8Array,
  trace: Trace<WithdrawalCheck> = untraced,
): ParsedWithdrawal {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  return { ...read(value), bytes }
}

function read(value: CborValue): Omit<ParsedWithdrawal, 'bytes'> {
  const signed = plainCoseSign.read(value, 'withdrawal')
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'withdrawal header')
  const withdrawal = decodeAs(withdrawalShape, signed[2], 'withdrawal')
  requireSound(withdrawal)
  return { signed, withdrawal }
}

/** The checks after parsing. */
export function verifyParsedWithdrawal(
  { signed, withdrawal, bytes }: ParsedWithdrawal,
  directory: Directory,
  now: Seconds,
  trace: Trace<WithdrawalCheck> = untraced,
): VerifiedWithdrawal {
  trace('issuer')
  const keys = signingKeysOf(directory, withdrawal.issuer, signed[3], withdrawal.at, now)
  trace('validity')
  requireNotAhead(withdrawal.at, now, 'withdrawal')
  trace('signatures')
  verifyPair(signed, keys)
  return { ...withdrawal, bytes, statement: suite.sha256(signed[2]) } as VerifiedWithdrawal
}

/** Statements count from 1, and what is not in another's place names none; nothing is reinstated that was not suspended. */
function requireSound({ kind, sequence, replacement }: Withdrawal): void {
  if (sequence < 1 || (kind === 'reinstated' && sequence === 1))
    throw new Rejected('malformed-structure', 'withdrawal.sequence')
  const replaces = kind === 'downgraded' || kind === 'altered' || kind === 'superseded'
  if (replacement !== undefined && !replaces)
    throw new Rejected('malformed-structure', 'withdrawal.replacement')
}
