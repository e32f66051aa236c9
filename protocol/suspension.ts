/**
 * Answers for notices by which a party suspends an agreement of its own, or resumes it, between two versions of the
 * registry: signed by the party, each naming the one before it. The rules are in suspension.md.
 */
import { suite } from '#suite'
import { equal } from './bytes.ts'
import { decode } from './cbor.ts'
import { requireNotAhead } from './clock-skew.ts'
import {
  bytes,
  decodeAs,
  encodeAs,
  field,
  nullable,
  type Of,
  oneOf,
  optional,
  record,
  seconds,
  unsigned,
} from './codec.ts'
import { type CoseSign, encodeSigned, plainCoseSign, verifyPair } from './cose.ts'
import { type Directory, partyOf, signingKeysOf } from './directory.ts'
import { Rejected } from './errors.ts'
import type { SigningPair } from './key.ts'
import { partyId, type Seconds, tokenName } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { speaksFor } from './policy/speaker.ts'
import { type Trace, untraced } from './report.ts'

/** What kind of reason; the words for it go from authority to authority. */
export const reasons = ['incident', 'breach', 'law', 'relations', 'operations', 'undisclosed'] as const
export type Reason = (typeof reasons)[number]

const noticeShape = record({
  agreement: field(1, tokenName),
  /** Who suspends or resumes, and signs. */
  by: field(2, partyId),
  kind: field(3, oneOf('suspend', 'resume')),
  /** Of this party's notices on this agreement, from 1: the odd ones suspend, the even ones resume. */
  sequence: field(4, unsigned),
  /** SHA-256 of the encoded notice before it, without signatures. */
  previous: field(5, nullable(bytes(32))),
  at: field(6, seconds),
  reason: optional(7, oneOf(...reasons)),
})
export type Notice = Of<typeof noticeShape>

export const suspensionChecks = [
  'encoding',
  'structure',
  'party',
  'agreement',
  'validity',
  'signatures',
] as const
export type SuspensionCheck = (typeof suspensionChecks)[number]

const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(mediaTypes.suspension)) }), {
  typ: mediaTypes.suspension,
})

/** What came before of one party's notices on one agreement. */
export interface EarlierNotice {
  readonly sequence: number
  /** `statement` of the notice. */
  readonly statement: Uint8Array
  readonly at: Seconds
}

export type Intent = Pick<Notice, 'agreement' | 'by' | 'at'> & { readonly reason?: Reason | undefined }

/** Signs what follows the earlier notice: a suspension with its reason, or the end of one. */
export function signNotice(
  { agreement, by, at, reason }: Intent,
  earlier: EarlierNotice | undefined,
  signers: SigningPair,
): Uint8Array {
  const notice: Notice = {
    ...{ agreement, by, at, sequence: (earlier?.sequence ?? 0) + 1, previous: earlier?.statement ?? null },
    ...(reason === undefined ? { kind: 'resume' } : { kind: 'suspend', reason }),
  }
  requireSound(notice)
  return encodeSigned(protectedBytes, encodeAs(noticeShape, notice), signers)
}

/** A notice with the digests that it is known by. */
export interface ReadNotice extends Notice {
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes. */
  readonly digest: Uint8Array
  /** SHA-256 of the encoded notice alone: the same whoever signed it anew. */
  readonly statement: Uint8Array
}

declare const verified: unique symbol
/** A notice whose checks have passed; `verifyNotice` alone makes it. Whether it follows the one before is `requireNext`'s. */
export type VerifiedNotice = ReadNotice & { readonly [verified]: true }

export function verifyNotice(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<SuspensionCheck> = untraced,
): VerifiedNotice {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const signed = plainCoseSign.read(value, 'suspension')
  const notice = noticeOf(signed)
  trace('party')
  partyOf(directory, notice.by)
  const keys = signingKeysOf(directory, notice.by, signed[3], notice.at, now)
  trace('agreement')
  const agreement = directory.rules.agreements.get(notice.agreement)
  if (agreement === undefined) throw new Rejected('unknown-agreement', notice.agreement)
  if (!speaksFor(directory.rules, agreement, notice.by, notice.at))
    throw new Rejected('foreign-agreement', `${notice.by} on ${notice.agreement}`)
  trace('validity')
  requireNotAhead(notice.at, now, 'suspension')
  trace('signatures')
  verifyPair(signed, keys)
  return readFrom(bytes, signed, notice) as VerifiedNotice
}

/** What the bytes say, without verifying anything: for those that were verified before. */
export function readNotice(bytes: Uint8Array): ReadNotice {
  const signed = decodeAs(plainCoseSign, bytes, 'suspension')
  return readFrom(bytes, signed, noticeOf(signed))
}

/**
 * It is the next of its party's notices on its agreement: else `out-of-order`. A copy of an earlier one is recognised by
 * its statement before this is asked.
 */
export function requireNext(notice: ReadNotice, earlier: EarlierNotice | undefined): void {
  const { sequence, statement, at } = earlier ?? { sequence: 0, statement: null, at: 0 }
  const follows =
    statement === null
      ? notice.previous === null
      : notice.previous !== null && equal(notice.previous, statement)
  if (notice.sequence !== sequence + 1 || !follows || notice.at < at)
    throw new Rejected('out-of-order', `${notice.by} ${notice.agreement} ${notice.sequence}`)
}

function readFrom(bytes: Uint8Array, signed: CoseSign, notice: Notice): ReadNotice {
  return { ...notice, bytes, digest: suite.sha256(bytes), statement: suite.sha256(signed[2]) }
}

function noticeOf(signed: CoseSign): Notice {
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'suspension header')
  const notice = decodeAs(noticeShape, signed[2], 'suspension')
  requireSound(notice)
  return notice
}

/** Suspensions and resumptions alternate, a suspension first; the first notice, and no other, has none before it. */
function requireSound({ kind, sequence, previous, reason }: Notice): void {
  const suspends = kind === 'suspend'
  if (sequence < 1 || (sequence % 2 === 1) !== suspends)
    throw new Rejected('malformed-structure', 'suspension.sequence')
  if ((sequence === 1) !== (previous === null))
    throw new Rejected('malformed-structure', 'suspension.previous')
  if (suspends !== (reason !== undefined)) throw new Rejected('malformed-structure', 'suspension.reason')
}
