/**
 * Answers for what profile 1 demands of cryptography: one suite, two back ends (`suite.native.ts` over node:crypto,
 * `suite.noble.ts` over @noble) with the same answers to the same bytes. `import { suite } from '#suite'` gives the
 * right one: native in Node, noble in the browser. There is no algorithm argument anywhere. Every call is synchronous.
 */

/** A public signature key, imported once. `verify` is false for any signature that is not exactly right. */
export interface Verifier {
  verify(message: Uint8Array, signature: Uint8Array): boolean
}

/** A secret signature key, imported once; it acts and cannot be read. */
export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** A public key for key encapsulation, imported once. */
export interface Encapsulator {
  encapsulate(): { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array }
}

/** A secret key for key encapsulation; it acts and cannot be read. Rejection is implicit (FIPS 203). */
export interface Decapsulator {
  readonly publicKey: Uint8Array
  decapsulate(ciphertext: Uint8Array): Uint8Array
}

/** An imported X25519 public key. */
export interface AgreementPublicKey {
  readonly bytes: Uint8Array
}

/** A secret X25519 key. `agree` gives 32 bytes; an all-zero result (low-order peer) is returned as it is, RFC 7748 §6.1. */
export interface AgreementSecretKey {
  readonly publicKey: Uint8Array
  agree(peer: AgreementPublicKey): Uint8Array
}

/** Importers throw `Rejected('bad-key')` for keys of the wrong length or value. Sizes are in bytes. */
export interface Suite {
  readonly backEnd: 'native' | 'noble'

  randomBytes(length: number): Uint8Array
  sha256(message: Uint8Array): Uint8Array
  sha384(message: Uint8Array): Uint8Array
  sha3_256(message: Uint8Array): Uint8Array
  shake256(message: Uint8Array, length: number): Uint8Array
  /** RFC 5869 extract-and-expand. */
  hkdfSha256(secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** RFC 7914. `cost` is N, a power of two. For keys at rest only. */
  scrypt(passphrase: Uint8Array, salt: Uint8Array, cost: number, blockSize: number, length: number): Uint8Array

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
  x25519PublicKey(bytes: Uint8Array): AgreementPublicKey
  x25519SecretKey(bytes: Uint8Array): AgreementSecretKey
  x25519Generate(): AgreementSecretKey

  /** AES-256-GCM, 96-bit iv, 128-bit tag appended to the ciphertext. */
  aes256GcmSeal(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** `undefined` when the ciphertext is not authentic. */
  aes256GcmOpen(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
}
