/**
 * Answers for verifying an envelope without any secret: checks 1 to 7 of envelope.md, in order, each with its code.
 * A gateway does no more than that.
 */
import { suite } from '#suite'
import { toHex } from '../bytes.ts'
import { decode } from '../cbor.ts'
import { requireNotAhead } from '../clock-skew.ts'
import { verifyPair } from '../cose.ts'
import { type Directory, requireUnrevoked, sealingKeyOf, verificationPairOf } from '../directory.ts'
import { Rejected } from '../errors.ts'
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Justification } from '../policy/justification.ts'
import { type Trace, untraced } from '../report.ts'
import {
  type EnvelopeHeader,
  type EnvelopeRecipient,
  type MessageType,
  maxEnvelopeBytes,
  type ParsedEnvelope,
  parseEnvelope,
  requireValidity,
} from './format.ts'

export const envelopeChecks = [
  'size',
  'encoding',
  'structure',
  'issuer',
  'validity',
  'signatures',
  'recipients',
  'replay',
  'key-agreement',
  'decryption',
  'padding',
  'commitment',
  'documents',
  'document-proofs',
] as const
export type EnvelopeCheck = (typeof envelopeChecks)[number]

declare const verified: unique symbol
/** An envelope whose checks up to the recipients have passed; `verify` alone makes it. */
export interface VerifiedEnvelope {
  readonly [verified]: true
  /** The sixteen bytes of `cti`, in hexadecimal. */
  readonly id: string
  readonly issuer: PartyId
  readonly messageType: MessageType
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
  readonly label: Label
  readonly purpose: string
  readonly agreement: string
  /** What the sender states beside label and purpose, if anything. */
  readonly justification?: Justification
  readonly recipients: readonly EnvelopeRecipient[]
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes: 32 bytes. */
  readonly digest: Uint8Array
  readonly parsed: ParsedEnvelope
}

/** Checks 1 to 7. Whether the id is new (check 8) only a gateway can tell. */
export function verify(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<EnvelopeCheck> = untraced,
): VerifiedEnvelope {
  trace('size')
  if (bytes.length > maxEnvelopeBytes) throw new Rejected('too-large', `${bytes.length} bytes`)
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const parsed = parseEnvelope(value)
  trace('issuer')
  const keys = signersOf(parsed.header, directory, now)
  trace('validity')
  requireTimely(parsed.header, now)
  trace('signatures')
  verifyPair(parsed.signed, keys)
  trace('recipients')
  requireRecipients(parsed, directory, now)
  return verifiedEnvelope(bytes, parsed)
}

/** What an envelope is entered and released by whose sender is proven. */
export type ProvenEnvelope = Omit<VerifiedEnvelope, typeof verified>

/**
 * For what `verify` refused: the same checks without validity and recipients. `undefined` unless both signatures are the
 * issuer's: then the refused envelope is what somebody answers for, and not garbage.
 */
export function proveSender(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
): ProvenEnvelope | undefined {
  try {
    const parsed = parseEnvelope(decode(bytes))
    verifyPair(parsed.signed, signersOf(parsed.header, directory, now))
    return verifiedEnvelope(bytes, parsed)
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

/** Check 4: both signers are keys of the issuer, live when it was made, and not revoked since. */
function signersOf({ claims, signers }: EnvelopeHeader, directory: Directory, now: Seconds) {
  const keys = verificationPairOf(directory, claims.iss, signers, claims.iat)
  for (const id of signers) requireUnrevoked(directory, id, now)
  return keys
}

/** Check 5. */
function requireTimely({ claims: { iat, exp } }: EnvelopeHeader, now: Seconds): void {
  requireValidity(iat, exp)
  requireNotAhead(iat, now, 'envelope')
  if (exp <= now) throw new Rejected('expired')
}

/** Check 7: the recipients are the signed list, one for one, each a live opening key of its party. */
function requireRecipients({ header, sealed }: ParsedEnvelope, directory: Directory, now: Seconds): void {
  const [, , , recipients] = sealed
  const listed = header.recipients
  const agree =
    recipients.length === listed.length && listed.every(({ kid }, i) => recipients[i]?.[0].kid === kid)
  if (!agree) throw new Rejected('bad-recipients', 'not the signed list')
  if (new Set(listed.map(({ party }) => party)).size !== listed.length) {
    throw new Rejected('bad-recipients', 'a party is named twice')
  }
  for (const { party, kid } of listed) {
    sealingKeyOf(directory, party, kid, header.claims.iat)
    requireUnrevoked(directory, kid, now)
  }
}

function verifiedEnvelope(bytes: Uint8Array, parsed: ParsedEnvelope): VerifiedEnvelope {
  const { claims, label, purpose, agreement, recipients, justification } = parsed.header
  return {
    id: toHex(claims.cti),
    issuer: claims.iss,
    messageType: claims.sub,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    label,
    purpose,
    agreement,
    recipients,
    ...(justification && { justification }),
    bytes,
    digest: suite.sha256(bytes),
    parsed,
  } as VerifiedEnvelope
}
