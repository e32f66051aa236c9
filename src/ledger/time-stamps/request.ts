/** Answers for asking for a time stamp (RFC 3161 §2.4): the request, and whether the response is what was asked for. */
import { PKIStatus, TimeStampResp } from 'pkijs'
import { suite } from '#suite'
import { concat, equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { nameOf, type TrustedAuthority } from './authority.ts'
import { isOver, parseTimeStamp, requireSequence, signerOf, type TimeStamp, understood } from './token.ts'

export interface TimeStampRequest {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly nonce: Uint8Array
}

/** In DER: of SHA-256, with a nonce, and the certificate wanted in the answer. */
export function timeStampRequest(stamped: Uint8Array): TimeStampRequest {
  const nonce = suite.randomBytes(8)
  // A positive integer of eight bytes, neither more nor less.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  const bytes = concat(beforeImprint, suite.sha256(stamped), beforeNonce, nonce, certificateWanted)
  return { bytes: new Uint8Array(bytes), nonce }
}

// SEQUENCE { version 1, SEQUENCE { SEQUENCE { OID sha256, NULL }, OCTET STRING (32) }, INTEGER (8), TRUE }
const beforeImprint = Uint8Array.of(
  ...[0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09],
  ...[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20],
)
const beforeNonce = Uint8Array.of(0x02, 0x08)
const certificateWanted = Uint8Array.of(0x01, 0x01, 0xff)

/** Throws `bad-time-stamp` unless it is granted, of these bytes and this nonce, and signed by the authority. */
export async function verifyResponse(
  response: Uint8Array,
  { nonce }: TimeStampRequest,
  stamped: Uint8Array,
  authority: TrustedAuthority,
): Promise<TimeStamp> {
  const stamp = parseTimeStamp(grantedToken(response))
  if (!isOver(stamp, stamped) || stamp.nonce === undefined || !equal(stamp.nonce, nonce))
    throw new Rejected('bad-time-stamp', 'another imprint or nonce than was asked for')
  if ((await signerOf(stamp, stamped, [authority])) === undefined)
    throw new Rejected('bad-time-stamp', `not signed by ${nameOf(authority)}`)
  return stamp
}

function grantedToken(response: Uint8Array): Uint8Array {
  requireSequence(response)
  const { status, timeStampToken } = understood(() => TimeStampResp.fromBER(new Uint8Array(response)))
  if (status.status !== PKIStatus.granted || timeStampToken === undefined)
    throw new Rejected('bad-time-stamp', 'not granted')
  return new Uint8Array(timeStampToken.toSchema().toBER(false))
}
