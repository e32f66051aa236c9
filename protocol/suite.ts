/**
 * Answers for what profile 1 demands of cryptography: one suite, two back ends (`suite.native.ts` over node:crypto,
 * `suite.noble.ts` over @noble) with the same answers to the same bytes. `import { suite } from '#suite'` gives the
 * right one: native in Node, noble in the browser. There is no algorithm argument anywhere. Every call is synchronous.
 */
import { Rejected } from './errors.ts'

/** A public signature key, imported once. `verify` is false for any signature that is not exactly right. */
export interface Verifier {
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/** A secret signature key, imported once; it acts and cannot be read. */
export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
  /** The same beside the calling thread where the back end can, so that others are served meanwhile. */
  signOffThread(message: Uint8Array): Promise<Uint8Array>
}

export interface Encapsulation {
  readonly ciphertext: Uint8Array
  readonly sharedSecret: Uint8Array
}

/** A public key for key encapsulation, imported once. */
export interface Encapsulator {
  encapsulate(): Encapsulation
  /** The same beside the calling thread where the back end can. */
  encapsulateOffThread(): Promise<Encapsulation>
}

/**
 * A secret key for key encapsulation; it acts and cannot be read. Rejection is implicit (FIPS 203): a changed
 * ciphertext gives another secret. One of the wrong length is `Rejected('cannot-open')`.
 */
export interface Decapsulator {
  readonly publicKey: Uint8Array
  decapsulate(ciphertext: Uint8Array): Uint8Array
}

/**
 * Importers throw `Rejected('bad-key')` for keys of the wrong length or value. Sizes are in bytes. What comes back is
 * a plain `Uint8Array` that nothing else holds.
 */
export interface Suite {
  readonly backEnd: 'native' | 'noble'

  randomBytes(length: number): Uint8Array
  sha256(message: Uint8Array): Uint8Array
  /** The same, written into `output` at this place: for hashes by the million, of which none is kept alone. */
  sha256Into(output: Uint8Array, at: number, message: Uint8Array): void
  sha384(message: Uint8Array): Uint8Array
  sha3_256(message: Uint8Array): Uint8Array
  shake256(message: Uint8Array, length: number): Uint8Array
  /** RFC 5869 extract-and-expand. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** RFC 7914 with p = 1. `cost` is N, a power of two. For keys at rest only. */
  scrypt(
    passphrase: Uint8Array,
    salt: Uint8Array,
    cost: number,
    blockSize: number,
    length: number,
  ): Uint8Array

  /** RFC 8032; the key (32) must be canonical and torsion-free, the signature (64) canonical; not ZIP 215. */
  ed25519Verifier(publicKey: Uint8Array): Verifier
  ed25519Signer(seed: Uint8Array): Signer
  /** FIPS 204, pure, empty context, hedged. Seed 32, public key 1952, signature 3309. */
  mlDsa65Verifier(publicKey: Uint8Array): Verifier
  mlDsa65Signer(seed: Uint8Array): Signer
  /** FIPS 204, pure, empty context, hedged. Seed 32, public key 1312, signature 2420. */
  mlDsa44Verifier(publicKey: Uint8Array): Verifier
  mlDsa44Signer(seed: Uint8Array): Signer

  /** FIPS 203. Seed 64 (d ‖ z), public key 1184, ciphertext 1088, shared secret 32. */
  mlKem768Encapsulator(publicKey: Uint8Array): Encapsulator
  mlKem768Decapsulator(seed: Uint8Array): Decapsulator
  /**
   * RFC 7748 with a fresh key for each encapsulation; the ciphertext (32) is its public part, the shared secret (32)
   * the bare agreement, all zero for a peer of low order. Only for a combiner that hashes both, as X-Wing's.
   */
  x25519Encapsulator(publicKey: Uint8Array): Encapsulator
  x25519Decapsulator(secretKey: Uint8Array): Decapsulator

  /** AES-256-GCM: key 32, iv 12, tag 16 appended to the ciphertext. */
  aes256GcmSeal(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** `undefined` when the ciphertext is not authentic. */
  aes256GcmOpen(
    key: Uint8Array,
    iv: Uint8Array,
    aad: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined
}

/** Sizes in bytes, the same for both back ends. */
export const sizes = {
  ed25519: { seed: 32, publicKey: 32, signature: 64 },
  mlDsa65: { seed: 32, publicKey: 1952, signature: 3309 },
  mlDsa44: { seed: 32, publicKey: 1312, signature: 2420 },
  mlKem768: { seed: 64, publicKey: 1184, ciphertext: 1088 },
  x25519: { seed: 32, publicKey: 32, ciphertext: 32 },
  aes256Gcm: { key: 32, iv: 12, tag: 16 },
} as const

/** A copy of a key of exactly this size, so that what the caller does to its bytes later changes nothing. */
export function importedBytes(key: Uint8Array, size: number, what: string): Uint8Array {
  if (key.length !== size) throw new Rejected('bad-key', `${what}: ${key.length} bytes in place of ${size}`)
  return Uint8Array.from(key)
}

export function refuseCiphertextSize(ciphertext: Uint8Array, size: number): void {
  if (ciphertext.length !== size) {
    throw new Rejected('cannot-open', `KEM ciphertext of ${ciphertext.length} bytes in place of ${size}`)
  }
}

/** Keys and ivs for AES-GCM are made by this project alone; a wrong size is its own mistake, not a peer's. */
export function assertGcmSizes(key: Uint8Array, iv: Uint8Array): void {
  if (key.length !== sizes.aes256Gcm.key || iv.length !== sizes.aes256Gcm.iv) {
    throw new RangeError(`AES-256-GCM with a key of ${key.length} and an iv of ${iv.length} bytes`)
  }
}
