/** Answers for verifying an attestation: the checks of attestation.md, in order, each with its code. */
import { equal, toHex } from '../bytes.ts'
import { type CborValue, decode } from '../cbor.ts'
import { requireNotAhead } from '../clock-skew.ts'
import { decodeAs, type Of } from '../codec.ts'
import { verifyPair } from '../cose.ts'
import { type Directory, signingKeysOf } from '../directory.ts'
import { Rejected } from '../errors.ts'
import type { PublicKey } from '../key.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type Trace, untraced } from '../report.ts'
import {
  type AttestationClaims,
  attestationClaims,
  attestationHeaderBytes,
  type Clearance,
  disclosure,
  disclosureHash,
  type IdentifierName,
  signedAttestation,
} from './format.ts'

export const attestationChecks = [
  'encoding',
  'structure',
  'issuer',
  'signatures',
  'disclosures',
  'validity',
  'clearance',
] as const
export type AttestationCheck = (typeof attestationChecks)[number]

declare const verified: unique symbol
/** An attestation whose checks have all passed; `verifyAttestation` alone makes it. */
export interface VerifiedAttestation {
  readonly [verified]: true
  /** The sixteen bytes of `cti`, in hexadecimal. */
  readonly id: string
  readonly issuer: PartyId
  readonly subject: string
  readonly issuedAt: Seconds
  readonly notBefore: Seconds
  readonly expiresAt: Seconds
  readonly clearance: Clearance
  readonly identifiers: ReadonlyMap<IdentifierName, string>
  /** Where the issuer says whether it is still good; absent when the issuer keeps no status list for it. */
  readonly status?: { readonly uri: string; readonly index: number }
  readonly holder?: PublicKey
  readonly bytes: Uint8Array
}

export interface ParsedAttestation {
  readonly signed: Of<typeof signedAttestation>
  readonly claims: AttestationClaims
  readonly bytes: Uint8Array
}

export function verifyAttestation(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<AttestationCheck> = untraced,
): VerifiedAttestation {
  return verifyParsed(parseAttestation(bytes, trace), directory, now, trace)
}

/** The first two checks. */
export function parseAttestation(
  bytes: Uint8Array,
  trace: Trace<AttestationCheck> = untraced,
): ParsedAttestation {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  return readAttestation(value, bytes)
}

function readAttestation(value: CborValue, bytes: Uint8Array): ParsedAttestation {
  const signed = signedAttestation.read(value, 'attestation')
  if (!equal(signed[0], attestationHeaderBytes)) throw new Rejected('unknown-type', 'attestation header')
  return { signed, claims: decodeAs(attestationClaims, signed[2], 'attestation.claims'), bytes }
}

/** The checks after parsing. */
export function verifyParsed(
  { signed, claims, bytes }: ParsedAttestation,
  directory: Directory,
  now: Seconds,
  trace: Trace<AttestationCheck> = untraced,
): VerifiedAttestation {
  trace('issuer')
  const keys = signingKeysOf(directory, claims.iss, signed[3], claims.iat, now)
  trace('signatures')
  verifyPair(signed, keys)
  trace('disclosures')
  const identifiers = disclosedIdentifiers(signed[1].disclosures, claims.redacted)
  trace('validity')
  requireTimely(claims, now)
  trace('clearance')
  requireCurrent(claims.clearance, now)
  return verifiedAttestation(claims, identifiers, bytes)
}

/** Every disclosure must hash to a signed slot, and no identifier is disclosed twice. */
function disclosedIdentifiers(
  disclosures: readonly Uint8Array[],
  slots: readonly Uint8Array[],
): ReadonlyMap<IdentifierName, string> {
  const identifiers = new Map<IdentifierName, string>()
  for (const each of disclosures) {
    const hash = disclosureHash(each)
    if (!slots.some((slot) => equal(slot, hash)))
      throw new Rejected('bad-disclosure', 'not among the signed hashes')
    const [, value, name] = decodeAs(disclosure, each)
    if (identifiers.has(name)) throw new Rejected('bad-disclosure', `${name} twice`)
    identifiers.set(name, value)
  }
  return identifiers
}

function requireTimely({ iat, nbf, exp }: AttestationClaims, now: Seconds): void {
  if (exp <= nbf || exp <= iat) throw new Rejected('bad-validity', 'attestation')
  requireNotAhead(Math.max(iat, nbf), now, 'attestation')
  if (exp <= now) throw new Rejected('expired', 'attestation')
}

/** The clearance has dates of its own, which the attestation about it does not change. */
function requireCurrent({ granted, validUntil }: Clearance, now: Seconds): void {
  if (validUntil <= granted) throw new Rejected('bad-validity', 'clearance')
  requireNotAhead(granted, now, 'clearance')
  if (validUntil <= now) throw new Rejected('expired', 'clearance')
}

function verifiedAttestation(
  { iss, sub, iat, nbf, exp, cti, cnf, status, clearance }: AttestationClaims,
  identifiers: ReadonlyMap<IdentifierName, string>,
  bytes: Uint8Array,
): VerifiedAttestation {
  return {
    id: toHex(cti),
    issuer: iss,
    subject: sub,
    issuedAt: iat,
    notBefore: nbf,
    expiresAt: exp,
    clearance,
    identifiers,
    ...(status === undefined ? {} : { status: status.list }),
    ...(cnf === undefined ? {} : { holder: cnf.key }),
    bytes,
  } as VerifiedAttestation
}
