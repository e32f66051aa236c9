/** Answers for RFC 3161 tokens: what one says of which bytes, and by which of the trusted authorities it is signed. */
import {
  Certificate,
  ContentInfo,
  id_ContentType_SignedData,
  id_eContentType_TSTInfo,
  SignedData,
  TSTInfo,
} from 'pkijs'
import { suite } from '#suite'
import { equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { Seconds } from '../../../protocol/names.ts'
import { isSame, type TrustedAuthority } from './authority.ts'

/** What a token says; nothing of it is verified yet. */
export interface TimeStamp {
  /** RFC 3161 TimeStampToken, DER: what `openssl ts -verify -token_in` reads. */
  readonly token: Uint8Array
  /** When the authority says that it saw the imprint. */
  readonly at: Seconds
  /** Of SHA-256; absent where it is of another hash. */
  readonly imprint: Uint8Array | undefined
  readonly nonce: Uint8Array | undefined
}

const sha256Id = '2.16.840.1.101.3.4.2.1'

/** Throws `bad-time-stamp`. */
export function parseTimeStamp(token: Uint8Array): TimeStamp {
  const { eContentType, eContent } = signedDataOf(token).encapContentInfo
  if (eContentType !== id_eContentType_TSTInfo || eContent === undefined)
    throw new Rejected('bad-time-stamp', 'no TSTInfo')
  const { messageImprint, nonce, genTime } = understood(() => TSTInfo.fromBER(eContent.getValue()))
  const { hashAlgorithm, hashedMessage } = messageImprint
  return {
    token,
    at: Math.floor(genTime.getTime() / 1000),
    imprint: hashAlgorithm.algorithmId === sha256Id ? hashedMessage.valueBlock.valueHexView : undefined,
    nonce: nonce?.valueBlock.valueHexView,
  }
}

export function isOver({ imprint }: TimeStamp, stamped: Uint8Array): boolean {
  return imprint !== undefined && equal(imprint, suite.sha256(stamped))
}

/** Which of the authorities signed it, at a time at which its certificate was valid; `undefined` if none of them did. */
export async function signerOf(
  { token, at }: TimeStamp,
  stamped: Uint8Array,
  trusted: readonly TrustedAuthority[],
): Promise<TrustedAuthority | undefined> {
  const signed = signedDataOf(token)
  // It comes with the token, so that a reader with the issuer's certificate alone can verify it.
  const brought = (signed.certificates ?? []).filter((each) => each instanceof Certificate)
  const named = trusted.filter((authority) => brought.some((each) => isSame(each, authority)))
  for (const authority of named)
    if (wasValid(authority, at) && (await isSignedBy(authority, signed, stamped))) return authority
  return undefined
}

function wasValid({ notBefore, notAfter }: TrustedAuthority, at: Seconds): boolean {
  return notBefore.value.getTime() <= at * 1000 && at * 1000 <= notAfter.value.getTime()
}

async function isSignedBy(
  authority: TrustedAuthority,
  signed: SignedData,
  stamped: Uint8Array,
): Promise<boolean> {
  if (signed.signerInfos.length !== 1) return false
  // Whatever else came with it: the signer is this one, or nobody.
  signed.certificates = [authority]
  try {
    return await signed.verify({ signer: 0, data: new Uint8Array(stamped).buffer })
  } catch {
    // The library throws for a signer that is not among the certificates, and for a digest that differs.
    return false
  }
}

function signedDataOf(token: Uint8Array): SignedData {
  requireSequence(token)
  return understood(() => {
    const info = ContentInfo.fromBER(new Uint8Array(token))
    if (info.contentType === id_ContentType_SignedData) return new SignedData({ schema: info.content })
    throw new Rejected('bad-time-stamp', 'no signed data')
  })
}

/** Throws `bad-time-stamp` where the library throws. */
export function understood<T>(parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (cause instanceof Rejected) throw cause
    throw new Rejected('bad-time-stamp', 'not a structure of RFC 3161', { cause })
  }
}

/** The library reads on past a wrong length of the outermost sequence (X.690 §8.1.3). */
export function requireSequence(bytes: Uint8Array): void {
  const [tag, first = 0] = bytes
  const width = first < 0x80 ? 0 : first - 0x80
  const length = width === 0 ? first : bytes.subarray(2, 2 + width).reduce((sum, byte) => sum * 256 + byte, 0)
  if (tag !== 0x30 || width > 3 || 2 + width + length !== bytes.length)
    throw new Rejected('bad-time-stamp', 'not one DER sequence')
}
