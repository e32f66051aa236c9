/** Answers for signed objects whose payload is a map, changed in any part and signed anew. */
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import type { SigningKey } from '../../protocol/key.ts'
import { type Fields, signaturesOf } from './forge.ts'

export interface SignedParts {
  header: Fields
  unprotected: Fields
  claims: Fields
  /** In place of the encoded claims. */
  payload?: Uint8Array
  /** Changes the signatures after they were made. */
  signatures?: (signatures: CborValue[]) => readonly CborValue[]
}

export function resign(
  bytes: Uint8Array,
  signers: readonly SigningKey[],
  change: (parts: SignedParts) => void,
): Uint8Array {
  const { value } = decode(bytes) as Tag
  const [headerBytes, unprotected, payload] = value as [Uint8Array, Fields, Uint8Array]
  const parts: SignedParts = {
    header: decode(headerBytes) as Fields,
    unprotected,
    claims: decode(payload) as Fields,
  }
  change(parts)
  const [header, body] = [encode(parts.header), parts.payload ?? encode(parts.claims)]
  const made = signaturesOf(header, body, signers)
  return encode(new Tag(98, [header, parts.unprotected, body, parts.signatures?.(made) ?? made]))
}

/** The same with its signatures left as they were. */
export function tampered(bytes: Uint8Array, change: (claims: Fields) => void): Uint8Array {
  const { value } = decode(bytes) as Tag
  const [header = 0, unprotected = 0, payload, signatures = 0] = value as CborValue[]
  const claims = decode(payload as Uint8Array) as Fields
  change(claims)
  return encode(new Tag(98, [header, unprotected, encode(claims), signatures]))
}
