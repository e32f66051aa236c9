/**
 * Answers for envelopes that no honest sender makes: written part by part, so that any part can be wrong while all that
 * is computed over it (ciphertext, commitment, signatures) is right.
 */
import { suite } from '#suite'
import { concat, utf8 } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { signWith } from '../../protocol/cose.ts'
import { recipientInfo, wrapKey } from '../../protocol/hpke.ts'
import { coseAlgorithm, idBytes, type SigningKey } from '../../protocol/key.ts'
import { headers } from '../../protocol/numbers.ts'
import { envelope as honest } from './objects.ts'
import { est, nld, nos, type TestParty } from './parties.ts'

export type Fields = Map<CborValue, CborValue>

/** A recipient as it goes on the wire. */
export interface ForgedRecipient {
  protectedHeader: CborValue
  ek: Uint8Array
  wrapped: Uint8Array
}

/** Every part that a row of a table may want wrong. What is not given is honest. */
export interface Forgery {
  /** The plaintext; else one with the documents in 16 KiB, or with one that says nothing in 1 KiB. */
  body?: Uint8Array
  documents?: readonly Uint8Array[]
  header?: (fields: Fields) => void
  /** After the key agreements: the header that the recipients and the ciphertext are not bound to. */
  laterHeader?: (fields: Fields) => void
  contentHeader?: CborValue
  iv?: Uint8Array
  /** Made with the content key for this body; else by AES-256-GCM. */
  ciphertext?: Uint8Array
  contentKeys?: readonly Uint8Array[]
  recipients?: readonly TestParty[]
  /** How each recipient is told the algorithm. */
  recipientAlgorithm?: number
  sealed?: (recipients: ForgedRecipient[]) => readonly ForgedRecipient[]
  /** Replaces the whole inner COSE_Encrypt. */
  payload?: Uint8Array
  signers?: readonly SigningKey[]
  signatures?: (signatures: CborValue[]) => readonly CborValue[]
  unprotected?: Fields
}

export const zeros = (length: number): Uint8Array => new Uint8Array(length)

/** The plaintext `{1: salt, 2: documents, 3: padding}`. */
export function bodyWith(documents: readonly Uint8Array[], padding: Uint8Array): Uint8Array {
  return encode(
    new Map<number, CborValue>([
      [1, new Uint8Array(32).fill(0x5a)],
      [2, documents],
      [3, padding],
    ]),
  )
}

/** The plaintext with as many zeros as bring it to this size. */
export function bodyOf(documents: readonly Uint8Array[], size: number): Uint8Array {
  const room = size - bodyWith(documents, zeros(0)).length
  for (let length = Math.max(0, room - 4); length <= room; length++) {
    const body = bodyWith(documents, zeros(length))
    if (body.length === size) return body
  }
  throw new RangeError(`no plaintext of ${size} bytes`)
}

export function commitmentTo(body: Uint8Array): Uint8Array {
  return suite.sha384(concat(utf8('pouch/1 commitment'), body))
}

/** The header of an honest envelope, to be changed. */
export function honestHeader(recipients: readonly TestParty[] = [nld, nos]): Fields {
  const { value } = decode(honest()) as Tag
  const [header] = value as readonly [Uint8Array]
  const fields = decode(header) as Fields
  fields.set(
    headers.recipients,
    recipients.map(
      ({ id, opening }) =>
        new Map<number, CborValue>([
          [1, id],
          [2, idBytes(opening.id)],
        ]),
    ),
  )
  return fields
}

export function forge(forgery: Forgery = {}): Uint8Array {
  const recipients = forgery.recipients ?? [nld, nos]
  const signers = forgery.signers ?? est.signing
  const body =
    forgery.body ?? bodyOf(forgery.documents ?? [zeros(700)], forgery.documents === undefined ? 1024 : 16_384)
  const header = honestHeader(recipients)
  header.set(headers.commitment, commitmentTo(body))
  forgery.header?.(header)
  const boundHeader = encode(header)
  const aad = encode(['pouch/1 envelope', boundHeader])
  const payload = forgery.payload ?? encode(sealedOf(forgery, body, aad, recipients))
  forgery.laterHeader?.(header)
  const headerBytes = encode(header)
  const signatures = signaturesOf(headerBytes, payload, signers)
  return encode(
    new Tag(98, [
      headerBytes,
      forgery.unprotected ?? new Map(),
      payload,
      forgery.signatures?.(signatures) ?? signatures,
    ]),
  )
}

function sealedOf(forgery: Forgery, body: Uint8Array, aad: Uint8Array, parties: readonly TestParty[]): Tag {
  const contentHeader = encode(forgery.contentHeader ?? new Map([[1, 3]]))
  const iv = forgery.iv ?? new Uint8Array(12).fill(0x1c)
  const contentKey = new Uint8Array(32).fill(0xc4)
  const ciphertext =
    forgery.ciphertext ?? suite.aes256GcmSeal(contentKey, iv, encode(['Encrypt', contentHeader, aad]), body)
  const recipients = parties.map(({ opening }, i): ForgedRecipient => {
    const protectedHeader = new Map<number, CborValue>([
      [1, forgery.recipientAlgorithm ?? 57],
      [4, idBytes(opening.id)],
    ])
    const info = recipientInfo(encode(protectedHeader), suite.sha384(aad))
    const { ek, wrapped } = wrapKey(opening.publicKey, info, forgery.contentKeys?.[i] ?? contentKey)
    return { protectedHeader, ek, wrapped }
  })
  return new Tag(96, [
    contentHeader,
    new Map([[5, iv]]),
    ciphertext,
    (forgery.sealed?.(recipients) ?? recipients).map(({ protectedHeader, ek, wrapped }) => [
      encode(protectedHeader),
      new Map([[-4, ek]]),
      wrapped,
    ]),
  ])
}

/** COSE_Signature by each key, in this order. */
export function signaturesOf(
  headerBytes: Uint8Array,
  payload: Uint8Array,
  signers: readonly SigningKey[],
): CborValue[] {
  return signWith(signers, headerBytes, payload).map(([, , signature], i) => {
    const { algorithm, id } = signers[i] as SigningKey
    return [encode(signatureHeader(coseAlgorithm(algorithm), id)), new Map(), signature]
  })
}

export function signatureHeader(alg: CborValue, id: string): Fields {
  return new Map<CborValue, CborValue>([
    [1, alg],
    [4, idBytes(id)],
  ])
}

/** An envelope taken apart, changed and put together again, its signatures untouched. */
export function altered(
  bytes: Uint8Array,
  change: (parts: { header: Fields; payload: Uint8Array; signatures: CborValue[] }) => void,
): Uint8Array {
  const { value } = decode(bytes) as Tag
  const [headerBytes, unprotected, payload, signatures] = value as [
    Uint8Array,
    Fields,
    Uint8Array,
    CborValue[],
  ]
  const parts = { header: decode(headerBytes) as Fields, payload, signatures: [...signatures] }
  change(parts)
  return encode(new Tag(98, [encode(parts.header), unprotected, parts.payload, parts.signatures]))
}
