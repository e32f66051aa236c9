/** Answers for the suite over @noble, the one used in the browser and as second opinion in tests. The door to @noble. */
import { gcm } from '@noble/ciphers/aes.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { randomBytes } from '@noble/hashes/utils.js'
import { ml_dsa44, ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { concat, equal } from './bytes.ts'
import { Rejected } from './errors.ts'
import { hasIdentityAsR, isSoundEd25519Key } from './suite.ed25519.ts'
import {
  assertGcmSizes,
  type Decapsulator,
  type Encapsulator,
  importedBytes,
  refuseCiphertextSize,
  type Signer,
  type Suite,
  sizes,
  type Verifier,
} from './suite.ts'

export const suite: Suite = {
  backEnd: 'noble',

  randomBytes: (length) => randomBytes(length),
  sha256: (message) => sha256(message),
  sha256Into: (output, at, message) => output.set(sha256(message), at),
  sha384: (message) => sha384(message),
  sha3_256: (message) => sha3_256(message),
  shake256: (message, length) => shake256(message, { dkLen: length }),
  hkdfSha256: (secret, salt, info, length) => hkdf(sha256, secret, salt, info, length),
  scrypt: (passphrase, salt, cost, blockSize, length) => {
    const maxmem = 128 * blockSize * (cost + 2) + 1024
    return scrypt(passphrase, salt, { N: cost, r: blockSize, p: 1, dkLen: length, maxmem })
  },

  ed25519Verifier,
  ed25519Signer: (seed) => {
    const secret = importedBytes(seed, sizes.ed25519.seed, 'Ed25519 seed')
    return signer(ed25519.getPublicKey(secret), (message) => ed25519.sign(message, secret))
  },
  mlDsa65Verifier: (publicKey) => mlDsaVerifier(ml_dsa65, publicKey, sizes.mlDsa65),
  mlDsa65Signer: (seed) => mlDsaSigner(ml_dsa65, seed, sizes.mlDsa65),
  mlDsa44Verifier: (publicKey) => mlDsaVerifier(ml_dsa44, publicKey, sizes.mlDsa44),
  mlDsa44Signer: (seed) => mlDsaSigner(ml_dsa44, seed, sizes.mlDsa44),

  mlKem768Encapsulator,
  mlKem768Decapsulator,
  x25519Encapsulator,
  x25519Decapsulator,

  aes256GcmSeal: (key, iv, aad, plaintext) => {
    assertGcmSizes(key, iv)
    return gcm(key, iv, aad).encrypt(plaintext)
  },
  aes256GcmOpen,
}

function ed25519Verifier(publicKey: Uint8Array): Verifier {
  const encoded = Uint8Array.from(publicKey)
  if (!isSoundEd25519Key(encoded)) throw new Rejected('bad-key', 'Ed25519 public key')
  const minusKey = ed25519.Point.fromBytes(encoded).negate()
  return { verify: (message, signature) => verifyEd25519(encoded, minusKey, message, signature) }
}

type Point = typeof ed25519.Point.BASE

/**
 * The equation of RFC 8032 §5.1.7 without the cofactor, by comparing encodings: [S]B − [k]A must encode to R. It is
 * OpenSSL's, so that the back ends agree on every signature; @noble's own `verify` multiplies by the cofactor and
 * accepts an R with a small-order part.
 */
function verifyEd25519(
  key: Uint8Array,
  minusKey: Point,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== sizes.ed25519.signature || hasIdentityAsR(signature)) return false
  const { BASE, Fn } = ed25519.Point
  const encodedR = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  if (s >= Fn.ORDER) return false
  const k = Fn.create(littleEndian(sha512(concat(encodedR, key, message))))
  return equal(BASE.multiplyUnsafe(s).add(minusKey.multiplyUnsafe(k)).toBytes(), encodedR)
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

type MlDsa = typeof ml_dsa65

function mlDsaVerifier(
  scheme: MlDsa,
  publicKey: Uint8Array,
  size: { readonly publicKey: number; readonly signature: number },
): Verifier {
  const key = importedBytes(publicKey, size.publicKey, 'ML-DSA public key')
  return {
    verify: (message, signature) =>
      signature.length === size.signature && scheme.verify(signature, message, key),
  }
}

/** There is one thread: signing off it is signing later. */
function signer(publicKey: Uint8Array, sign: Signer['sign']): Signer {
  return { publicKey, sign, signOffThread: async (message) => Promise.resolve(sign(message)) }
}

function mlDsaSigner(scheme: MlDsa, seed: Uint8Array, size: { readonly seed: number }): Signer {
  const { publicKey, secretKey } = scheme.keygen(importedBytes(seed, size.seed, 'ML-DSA seed'))
  return signer(publicKey, (message) => scheme.sign(message, secretKey))
}

function encapsulator({ encapsulate }: Pick<Encapsulator, 'encapsulate'>): Encapsulator {
  return { encapsulate, encapsulateOffThread: async () => Promise.resolve(encapsulate()) }
}

function mlKem768Encapsulator(publicKey: Uint8Array): Encapsulator {
  const prepared = preparedMlKem768(
    importedBytes(publicKey, sizes.mlKem768.publicKey, 'ML-KEM-768 public key'),
  )
  return encapsulator({
    encapsulate: () => {
      const { cipherText, sharedSecret } = prepared.encapsulate()
      return { ciphertext: cipherText, sharedSecret }
    },
  })
}

function preparedMlKem768(publicKey: Uint8Array) {
  try {
    return ml_kem768.prepare(publicKey)
  } catch (cause) {
    throw new Rejected('bad-key', 'ML-KEM-768 public key', { cause })
  }
}

function mlKem768Decapsulator(seed: Uint8Array): Decapsulator {
  const { publicKey, secretKey } = ml_kem768.keygen(
    importedBytes(seed, sizes.mlKem768.seed, 'ML-KEM-768 seed'),
  )
  const prepared = ml_kem768.prepare(publicKey)
  return {
    publicKey,
    decapsulate: (ciphertext) => {
      refuseCiphertextSize(ciphertext, sizes.mlKem768.ciphertext)
      return prepared.decapsulate(ciphertext, secretKey)
    },
  }
}

function x25519Encapsulator(publicKey: Uint8Array): Encapsulator {
  const peer = importedBytes(publicKey, sizes.x25519.publicKey, 'X25519 public key')
  return encapsulator({
    encapsulate: () => {
      const ephemeral = randomBytes(sizes.x25519.seed)
      return { ciphertext: x25519.getPublicKey(ephemeral), sharedSecret: agree(ephemeral, peer) }
    },
  })
}

function x25519Decapsulator(bytes: Uint8Array): Decapsulator {
  const secret = importedBytes(bytes, sizes.x25519.seed, 'X25519 secret key')
  return {
    publicKey: x25519.getPublicKey(secret),
    decapsulate: (ciphertext) => {
      refuseCiphertextSize(ciphertext, sizes.x25519.ciphertext)
      return agree(secret, ciphertext)
    },
  }
}

/** @noble throws on a peer of low order instead of giving zeros (RFC 7748 §6.1); with both sizes right only on that. */
function agree(secret: Uint8Array, peer: Uint8Array): Uint8Array {
  try {
    return x25519.getSharedSecret(secret, peer)
  } catch {
    return new Uint8Array(32)
  }
}

function aes256GcmOpen(
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  assertGcmSizes(key, iv)
  if (ciphertext.length < sizes.aes256Gcm.tag) return undefined
  try {
    return gcm(key, iv, aad).decrypt(ciphertext)
  } catch {
    return undefined // the tag does not fit; with these sizes `decrypt` has no other failure
  }
}
