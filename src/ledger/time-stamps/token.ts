/**
 * Answers for RFC 3161: the request for a time stamp of some bytes, and whether a response is the time stamp that was asked
 * for, by the one certificate that is trusted for it. No chain is looked at: the certificate is the operator's choice.
 */
import { Certificate, id_eContentType_TSTInfo, PKIStatus, SignedData, TimeStampResp, TSTInfo } from 'pkijs'
import { suite } from '#suite'
import { concat, equal, fromBase64 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { Seconds } from '../../../protocol/names.ts'

export interface TimeStampRequest {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly imprint: Uint8Array
  readonly nonce: Uint8Array
}

export interface TimeStamp {
  /** RFC 3161 TimeStampToken, DER: what `openssl ts -verify -token_in` reads. */
  readonly token: Uint8Array
  /** When the authority says that it saw the imprint. */
  readonly at: Seconds
}

const sha256Id = '2.16.840.1.101.3.4.2.1'

/** RFC 3161 §2.4.1 in DER: of SHA-256, with a nonce, and the certificate wanted in the answer. */
export function timeStampRequest(stamped: Uint8Array): TimeStampRequest {
  const imprint = suite.sha256(stamped)
  const nonce = suite.randomBytes(8)
  // A positive integer of eight bytes, neither more nor less.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  const bytes = concat(beforeImprint, imprint, beforeNonce, nonce, certificateWanted)
  return { bytes: new Uint8Array(bytes), imprint, nonce }
}

// SEQUENCE { version 1, SEQUENCE { SEQUENCE { OID sha256, NULL }, OCTET STRING (32) }, INTEGER (8), TRUE }
const beforeImprint = Uint8Array.of(
  ...[0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09],
  ...[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20],
)
const beforeNonce = Uint8Array.of(0x02, 0x08)
const certificateWanted = Uint8Array.of(0x01, 0x01, 0xff)

/** Throws `bad-time-stamp` unless it is granted, of this imprint and nonce, and signed with the certificate's key. */
export async function verifyTimeStamp(
  response: Uint8Array,
  request: TimeStampRequest,
  stamped: Uint8Array,
  certificate: Certificate,
): Promise<TimeStamp> {
  try {
    return await verified(response, request, stamped, certificate)
  } catch (cause) {
    if (cause instanceof Rejected) throw cause
    throw new Rejected('bad-time-stamp', 'not a response of RFC 3161', { cause })
  }
}

async function verified(
  response: Uint8Array,
  { imprint, nonce }: TimeStampRequest,
  stamped: Uint8Array,
  certificate: Certificate,
): Promise<TimeStamp> {
  requireWhole(response)
  const { status, timeStampToken } = TimeStampResp.fromBER(new Uint8Array(response))
  if (status.status !== PKIStatus.granted || timeStampToken === undefined)
    throw new Rejected('bad-time-stamp', 'not granted')
  const signed = new SignedData({ schema: timeStampToken.content })
  const content = signed.encapContentInfo
  if (content.eContentType !== id_eContentType_TSTInfo || content.eContent === undefined) {
    throw new Rejected('bad-time-stamp', 'no TSTInfo')
  }
  const { messageImprint, nonce: returned, genTime } = TSTInfo.fromBER(content.eContent.getValue())
  const { hashAlgorithm, hashedMessage } = messageImprint
  const same =
    hashAlgorithm.algorithmId === sha256Id &&
    equal(hashedMessage.valueBlock.valueHexView, imprint) &&
    returned !== undefined &&
    equal(returned.valueBlock.valueHexView, nonce)
  if (!same) throw new Rejected('bad-time-stamp', 'another imprint or nonce than was asked for')
  if (!(await isSigned(signed, stamped, certificate)))
    throw new Rejected('bad-time-stamp', 'not signed by the certificate')
  const token = new Uint8Array(timeStampToken.toSchema().toBER(false))
  return { token, at: Math.floor(genTime.getTime() / 1000) }
}

/** The library reads on past a wrong length of the outermost sequence (X.690 §8.1.3). */
function requireWhole(response: Uint8Array): void {
  const [tag, first = 0] = response
  const width = first < 0x80 ? 0 : first - 0x80
  const length =
    width === 0 ? first : response.subarray(2, 2 + width).reduce((sum, byte) => sum * 256 + byte, 0)
  if (tag !== 0x30 || width > 3 || 2 + width + length !== response.length)
    throw new Rejected('bad-time-stamp', 'not one DER sequence')
}

async function isSigned(signed: SignedData, stamped: Uint8Array, trusted: Certificate): Promise<boolean> {
  // It comes with the token, so that a reader with the issuer's certificate alone can verify it.
  if (!(signed.certificates ?? []).some((each) => each instanceof Certificate && isSame(each, trusted)))
    return false
  // Whatever else came with it: the signer is the one that is trusted, or nobody.
  signed.certificates = [trusted]
  try {
    return await signed.verify({ signer: 0, data: new Uint8Array(stamped).buffer })
  } catch {
    // The library throws for a signer that is not among the certificates, and for a digest that differs.
    return false
  }
}

function isSame(one: Certificate, other: Certificate): boolean {
  return equal(new Uint8Array(one.toSchema().toBER()), new Uint8Array(other.toSchema().toBER()))
}

/** PEM, of one certificate. Throws `bad-time-stamp`. */
export function parseCertificate(pem: string): Certificate {
  const [, body = ''] =
    /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem) ?? []
  const bytes = fromBase64(body.replaceAll(/\s/g, ''))
  if (bytes === undefined || bytes.length === 0) throw new Rejected('bad-time-stamp', 'no certificate in PEM')
  try {
    return Certificate.fromBER(new Uint8Array(bytes))
  } catch (cause) {
    throw new Rejected('bad-time-stamp', 'no certificate in PEM', { cause })
  }
}
