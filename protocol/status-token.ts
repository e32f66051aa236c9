/** Answers for the token that a status list comes in: its issuer's signatures, and for whom it speaks (status-list.md). */
import type { VerifiedAttestation } from './attestation/verify.ts'
import { equal } from './bytes.ts'
import { decode } from './cbor.ts'
import { decodeAs, encodeAs, field, oneOf, record } from './codec.ts'
import { encodeSigned, pairIds, plainCoseSign, verifyPair } from './cose.ts'
import { type Directory, signingKeysOf } from './directory.ts'
import { Rejected } from './errors.ts'
import type { SigningPair } from './key.ts'
import type { PartyId, Seconds } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { type Trace, untraced } from './report.ts'
import { requireValid, type StatusListClaims, statusListClaims } from './status-list.ts'

const typ = mediaTypes['status list']
const protectedBytes = encodeAs(record({ typ: field(headers.typ, oneOf(typ)) }), { typ })

export const statusListChecks = ['encoding', 'structure', 'issuer', 'signatures'] as const
export type StatusListCheck = (typeof statusListChecks)[number]

export function signStatusList(claims: StatusListClaims, signers: SigningPair): Uint8Array {
  return encodeSigned(protectedBytes, encodeAs(statusListClaims, claims), signers)
}

/** What the token says, once its signatures are proven to be the issuer's. Whether it is of this time `requireValid` asks. */
export function verifyStatusList(
  bytes: Uint8Array,
  issuer: PartyId,
  directory: Directory,
  now: Seconds,
  trace: Trace<StatusListCheck> = untraced,
): StatusListClaims {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const signed = plainCoseSign.read(value, 'status list')
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'status list header')
  const claims = decodeAs(statusListClaims, signed[2], 'status list')
  trace('issuer')
  const keys = signingKeysOf(directory, issuer, signed[3], claims.issued, now)
  trace('signatures')
  verifyPair(signed, keys)
  return claims
}

/** Which party of the registry signed it: for a reader who holds the list alone. Throws `unknown-key`. */
export function signerOfStatusList(bytes: Uint8Array, { keys }: Directory): PartyId {
  const [first] = pairIds(decodeAs(plainCoseSign, bytes, 'status list')[3])
  const holder = keys.get(first)?.party
  if (holder === undefined) throw new Rejected('unknown-key', 'status list')
  return holder
}

/**
 * Passes only when the attestation refers to a list and this is it, of this time, and says valid. Throws `status-unknown`
 * for an attestation of which no list speaks, and as `verifyStatusList` and `requireValid`.
 */
export function requireStanding(
  { issuer, status }: VerifiedAttestation,
  token: Uint8Array,
  directory: Directory,
  now: Seconds,
): void {
  if (status === undefined) throw new Rejected('status-unknown', 'the attestation refers to no list')
  requireValid(verifyStatusList(token, issuer, directory, now), status, now)
}
