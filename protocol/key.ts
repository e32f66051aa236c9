/** Answers for public keys: their COSE_Key form, their ids (RFC 9679 thumbprints), and what acts with the secret halves. */
import { suite } from '#suite'
import { fromHex, toHex } from './bytes.ts'
import { encode } from './cbor.ts'
import { bytes, type Codec, field, mapped, oneOf, record } from './codec.ts'
import { Rejected } from './errors.ts'
import { algorithms, curves, keyParameters, keyTypes } from './numbers.ts'
import type { Encapsulator, Verifier } from './suite.ts'
import { xWingEncapsulator } from './xwing.ts'

/** Lower-case hexadecimal of the key's SHA-256 thumbprint: 64 characters for 32 bytes. */
export type KeyId = string

export type SignatureAlgorithm = 'ed25519' | 'ml-dsa-65' | 'ml-dsa-44'

interface Key {
  readonly id: KeyId
  readonly bytes: Uint8Array
}

/** Public half of a signature key. `verify` throws `bad-key` at first use when the point or length is not acceptable. */
export interface VerificationKey extends Key, Verifier {
  readonly algorithm: SignatureAlgorithm
}

/** Public half of an opening key: MLKEM768-X25519 (X-Wing) for HPKE-9-KE. */
export interface SealingKey extends Key, Encapsulator {
  readonly algorithm: 'hpke-9-ke'
}

export type PublicKey = VerificationKey | SealingKey

/** A secret signature key: it acts, and cannot be read. The classes are in keys/. */
export interface SigningKey {
  readonly id: KeyId
  readonly algorithm: SignatureAlgorithm
  sign(message: Uint8Array): Uint8Array
  /** The same beside the calling thread, for a gateway that serves others meanwhile. */
  signOffThread(message: Uint8Array): Promise<Uint8Array>
}

/** A secret opening key: it acts, and cannot be read. */
export interface OpeningKey {
  readonly id: KeyId
  decapsulate(ek: Uint8Array): Uint8Array
}

/** What a party signs with, Ed25519 first. Both signatures are always required. */
export type SigningPair = readonly [SigningKey, SigningKey]

interface Kind {
  readonly alg: number
  readonly length: number
  readonly verifier?: (publicKey: Uint8Array) => Verifier
}

const kinds = {
  ed25519: { alg: algorithms.ed25519, length: 32, verifier: (key) => suite.ed25519Verifier(key) },
  'ml-dsa-65': { alg: algorithms.mlDsa65, length: 1952, verifier: (key) => suite.mlDsa65Verifier(key) },
  'ml-dsa-44': { alg: algorithms.mlDsa44, length: 1312, verifier: (key) => suite.mlDsa44Verifier(key) },
  'hpke-9-ke': { alg: algorithms.hpke9Ke, length: 1216 },
} as const satisfies Record<PublicKey['algorithm'], Kind>

/** The COSE algorithm number that a signature by this kind of key must carry. */
export function coseAlgorithm(algorithm: PublicKey['algorithm']): number {
  return kinds[algorithm].alg
}

export function verificationKey(algorithm: SignatureAlgorithm, raw: Uint8Array): VerificationKey {
  const { length, verifier } = kinds[algorithm]
  const imported = once(() => verifier(exactly(length, raw)))
  return {
    algorithm,
    bytes: raw,
    id: thumbprint(algorithm, exactly(length, raw)),
    verify: (message, signature) => imported().verify(message, signature),
  }
}

export function sealingKey(raw: Uint8Array): SealingKey {
  const imported = once(() => xWingEncapsulator(raw))
  return {
    algorithm: 'hpke-9-ke',
    bytes: raw,
    id: thumbprint('hpke-9-ke', exactly(kinds['hpke-9-ke'].length, raw)),
    encapsulate: () => imported().encapsulate(),
    encapsulateOffThread: async () => imported().encapsulateOffThread(),
  }
}

export function publicKey(algorithm: PublicKey['algorithm'], raw: Uint8Array): PublicKey {
  return algorithm === 'hpke-9-ke' ? sealingKey(raw) : verificationKey(algorithm, raw)
}

/** SHA-256 of the required members of the COSE_Key in deterministic CBOR (RFC 9679 §3; AKP: RFC 9964 §5). */
export function thumbprint(algorithm: PublicKey['algorithm'], raw: Uint8Array): KeyId {
  return toHex(suite.sha256(encode(requiredMembers(algorithm, raw))))
}

function requiredMembers(
  algorithm: PublicKey['algorithm'],
  raw: Uint8Array,
): Map<number, number | Uint8Array> {
  const { kty, crv, x, alg, pub } = keyParameters
  if (algorithm === 'ed25519') {
    return new Map<number, number | Uint8Array>([
      [kty, keyTypes.okp],
      [crv, curves.ed25519],
      [x, raw],
    ])
  }
  return new Map<number, number | Uint8Array>([
    [kty, keyTypes.akp],
    [alg, kinds[algorithm].alg],
    [pub, raw],
  ])
}

function exactly(length: number, raw: Uint8Array): Uint8Array {
  if (raw.length !== length) throw new Rejected('bad-key', `${raw.length} bytes, not ${length}`)
  return raw
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

const okpKey = record({
  kty: field(keyParameters.kty, oneOf(keyTypes.okp)),
  crv: field(keyParameters.crv, oneOf(curves.ed25519)),
  x: field(keyParameters.x, bytes(32)),
})

const akpKey = record({
  kty: field(keyParameters.kty, oneOf(keyTypes.akp)),
  alg: field(keyParameters.alg, oneOf(algorithms.mlDsa65, algorithms.mlDsa44, algorithms.hpke9Ke)),
  pub: field(keyParameters.pub, bytes(1, 4096)),
})

const akpAlgorithms = new Map(
  (['ml-dsa-65', 'ml-dsa-44', 'hpke-9-ke'] as const).map(
    (name) => [kinds[name].alg as number, name] as const,
  ),
)

const okp: Codec<PublicKey> = mapped(
  okpKey,
  ({ x }) => verificationKey('ed25519', x),
  (key) => ({ kty: keyTypes.okp, crv: curves.ed25519, x: key.bytes }),
)

const akp: Codec<PublicKey> = mapped(
  akpKey,
  ({ alg, pub }) => {
    const algorithm = akpAlgorithms.get(alg)
    if (algorithm === undefined) throw new Rejected('wrong-algorithm', `COSE algorithm ${alg}`)
    return publicKey(algorithm, pub)
  },
  (key) => ({ kty: keyTypes.akp, alg: akpAlgorithm(key), pub: key.bytes }),
)

function akpAlgorithm(
  key: PublicKey,
): typeof algorithms.mlDsa65 | typeof algorithms.mlDsa44 | typeof algorithms.hpke9Ke {
  if (key.algorithm === 'ed25519') throw new Rejected('bad-key', 'an OKP key where an AKP key belongs')
  return kinds[key.algorithm].alg
}

/** COSE_Key with the required members alone (RFC 9052 §7): the same bytes that the thumbprint hashes. */
export const coseKey: Codec<PublicKey> = {
  read: (value, path) => {
    const isOkp = value instanceof Map && value.get(keyParameters.kty) === keyTypes.okp
    return (isOkp ? okp : akp).read(value, path)
  },
  write: (key) => (key.algorithm === 'ed25519' ? okp : akp).write(key),
}

/** A key id: a byte string of 32 on the wire. */
export const keyId: Codec<KeyId> = mapped(bytes(32), toHex, idBytes)

/** Throws `bad-key` when the text is not 64 hexadecimal digits. */
export function idBytes(id: KeyId): Uint8Array {
  const bytes = /^[0-9a-f]{64}$/.test(id) ? fromHex(id) : undefined
  if (bytes === undefined) throw new Rejected('bad-key', 'a key id has 64 hexadecimal digits')
  return bytes
}
