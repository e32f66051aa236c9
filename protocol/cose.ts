/**
 * Answers for the COSE structures of profile 1 (RFC 9052): COSE_Sign, whose signatures are all required, and COSE_Encrypt.
 * What is signed and what is authenticated are the bytes as received; nothing is encoded again.
 */
import { encodeFlat } from './cbor.ts'
import {
  bytes,
  type Codec,
  embedded,
  encodeAs,
  field,
  integer,
  list,
  mapped,
  type Of,
  record,
  tagged,
  tuple,
} from './codec.ts'
import { Rejected } from './errors.ts'
import { coseAlgorithm, type KeyId, type SigningKey, type VerificationKey } from './key.ts'
import { embeddedKeyHeader } from './key-header.ts'
import { algorithms, headers, tags } from './numbers.ts'

const none = record({})
/** Room for an envelope with as many recipients as it may have. */
const encodedHeader = bytes(1, 1 << 17)
const maxBody = 1 << 26

const signatureHeader = embeddedKeyHeader(integer, [
  algorithms.ed25519,
  algorithms.mlDsa65,
  algorithms.mlDsa44,
])

const coseSignature = tuple(signatureHeader, none, bytes(64, 4096))

/** `[+ COSE_Signature]`, RFC 9052 §4.1. */
export const coseSignatures = list(coseSignature, 1, 64)

/** `#6.98([protected, unprotected, payload, [+ signature]])`, RFC 9052 §4.1. */
export function coseSign<U>(unprotected: Codec<U>) {
  return tagged(tags.sign, tuple(encodedHeader, unprotected, bytes(1, maxBody), coseSignatures))
}

/** A COSE_Sign with nothing unprotected. */
export const plainCoseSign = coseSign(none)

export type CoseSign = Of<typeof plainCoseSign>

/** Every key signs header and payload; gives the list of COSE_Signature, in the order of the keys. */
export function signWith(
  keys: readonly SigningKey[],
  protectedBytes: Uint8Array,
  payload: Uint8Array,
): CoseSign[3] {
  return keys.map((key) => {
    const { header, message } = toBeSigned(key, protectedBytes, payload)
    return [header, {}, key.sign(message)]
  })
}

/** The same, signed off the calling thread, both at once. */
export async function signOffThreadWith(
  keys: readonly SigningKey[],
  protectedBytes: Uint8Array,
  payload: Uint8Array,
): Promise<CoseSign[3]> {
  return Promise.all(
    keys.map(async (key) => {
      const { header, message } = toBeSigned(key, protectedBytes, payload)
      return [header, {}, await key.signOffThread(message)] as const
    }),
  )
}

function toBeSigned(key: SigningKey, protectedBytes: Uint8Array, payload: Uint8Array) {
  const header = { alg: coseAlgorithm(key.algorithm), kid: key.id }
  return { header, message: sigStructure(protectedBytes, signatureHeader.write(header), payload) }
}

export function encodeSigned(
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  keys: readonly SigningKey[],
): Uint8Array {
  return encodeAs(plainCoseSign, [protectedBytes, {}, payload, signWith(keys, protectedBytes, payload)])
}

/**
 * Throws `unknown-key`, `wrong-algorithm` or `bad-signature`. The key comes from the registry; `alg` is only compared
 * with it. The signature's own header is two labels long and was read deterministically, so it encodes to the same bytes.
 */
export function verifyWith(
  key: VerificationKey,
  [header, , signature]: CoseSign[3][number],
  protectedBytes: Uint8Array,
  payload: Uint8Array,
): void {
  if (header.kid !== key.id) throw new Rejected('unknown-key', `signature by ${header.kid}`)
  if (header.alg !== coseAlgorithm(key.algorithm)) throw new Rejected('wrong-algorithm', `key ${key.id}`)
  const message = sigStructure(protectedBytes, signatureHeader.write(header), payload)
  if (!key.verify(message, signature)) throw new Rejected('bad-signature', `key ${key.id}`)
}

/** Who signed, by the ids in the signatures' own headers. Throws `missing-signature` unless there are two. */
export function pairIds(signatures: CoseSign[3]): readonly [KeyId, KeyId] {
  const [first, second] = signatures
  if (first === undefined || second === undefined) throw new Rejected('missing-signature')
  return [first[0].kid, second[0].kid]
}

/**
 * The two signatures of a party, Ed25519 first, both required (`missing-signature` otherwise).
 * The keys come from the registry.
 */
export function verifyPair(
  [protectedBytes, , payload, signatures]: readonly [Uint8Array, unknown, Uint8Array, CoseSign[3]],
  [ed25519, mlDsa65]: readonly [VerificationKey, VerificationKey],
): void {
  const [first, second, ...further] = signatures
  if (first === undefined || second === undefined || further.length > 0)
    throw new Rejected('missing-signature')
  if (ed25519.algorithm !== 'ed25519' || mlDsa65.algorithm !== 'ml-dsa-65')
    throw new Rejected('missing-signature')
  if (first[0].kid !== ed25519.id || second[0].kid !== mlDsa65.id) throw new Rejected('missing-signature')
  verifyWith(ed25519, first, protectedBytes, payload)
  verifyWith(mlDsa65, second, protectedBytes, payload)
}

/** Sig_structure, RFC 9052 §4.4; no external data, so that any COSE verifier can check it. */
function sigStructure(bodyProtected: Uint8Array, signProtected: Uint8Array, payload: Uint8Array): Uint8Array {
  return encodeFlat(['Signature', bodyProtected, signProtected, new Uint8Array(0), payload])
}

/** An algorithm is never chosen by a message: another than the profile's is refused. */
function only(algorithm: number): Codec<number> {
  const check = (value: number): number => {
    if (value !== algorithm) throw new Rejected('wrong-algorithm', `COSE algorithm ${value}`)
    return value
  }
  return mapped(integer, check, check)
}

const contentHeader = record({ alg: field(headers.alg, only(algorithms.a256Gcm)) })
const recipientHeader = embeddedKeyHeader(only(algorithms.hpke9Ke), [algorithms.hpke9Ke])
const recipient = tuple(recipientHeader, record({ ek: field(headers.ek, bytes(1120)) }), bytes(48))

/** `#6.96([<<{1: 3}>>, {5: iv}, ciphertext, [+ recipient]])`, RFC 9052 §5.1, with HPKE-9-KE recipients alone. */
export const coseEncrypt = tagged(
  tags.encrypt,
  tuple(
    embedded(contentHeader),
    record({ iv: field(headers.iv, bytes(12)) }),
    bytes(1, maxBody),
    list(recipient, 1, 1000),
  ),
)

export type CoseEncrypt = Of<typeof coseEncrypt>

export const contentProtected = { alg: algorithms.a256Gcm } as const
const contentProtectedBytes = encodeAs(contentHeader, contentProtected)

/** Enc_structure of layer 0, RFC 9052 §5.3. */
export function encStructure(externalAad: Uint8Array): Uint8Array {
  return encodeFlat(['Encrypt', contentProtectedBytes, externalAad])
}

export function recipientProtected(kid: KeyId): Uint8Array {
  return recipientHeader.write({ alg: algorithms.hpke9Ke, kid })
}
