/** Answers for the suite over node:crypto (OpenSSL 3.5), the one used by the server. The only door to node:crypto. */
import * as crypto from 'node:crypto'
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
  backEnd: 'native',

  randomBytes: (length) => crypto.randomFillSync(new Uint8Array(length)),
  // A Latin-1 string is the cheapest way out of OpenSSL: four times faster than a Buffer, and trees hash by the million.
  sha256: (message) => fromLatin1(crypto.hash('sha256', message, 'binary')),
  sha256Into: (output, at, message) => putLatin1(output, at, crypto.hash('sha256', message, 'binary')),
  sha384: (message) => plain(crypto.hash('sha384', message, 'buffer')),
  sha3_256: (message) => plain(crypto.hash('sha3-256', message, 'buffer')),
  shake256: (message, length) =>
    plain(crypto.hash('shake256', message, { outputLength: length, outputEncoding: 'buffer' })),
  // A key object is cheap to make, and bytes are imported in a dearer way.
  hkdfSha256: (secret, salt, info, length) =>
    new Uint8Array(crypto.hkdfSync('sha256', crypto.createSecretKey(secret), salt, info, length)),
  scrypt: (passphrase, salt, cost, blockSize, length) => {
    const maxmem = 128 * blockSize * (cost + 2) + 1024
    return plain(crypto.scryptSync(passphrase, salt, length, { N: cost, r: blockSize, p: 1, maxmem }))
  },

  ed25519Verifier,
  ed25519Signer,
  mlDsa65Verifier: (publicKey) => verifier('ml-dsa-65', publicKey, sizes.mlDsa65),
  mlDsa65Signer: (seed) => signer(secretKey('ml-dsa-65', seed, sizes.mlDsa65.seed)),
  mlDsa44Verifier: (publicKey) => verifier('ml-dsa-44', publicKey, sizes.mlDsa44),
  mlDsa44Signer: (seed) => signer(secretKey('ml-dsa-44', seed, sizes.mlDsa44.seed)),

  mlKem768Encapsulator,
  mlKem768Decapsulator,
  x25519Encapsulator,
  x25519Decapsulator,

  aes256GcmSeal,
  aes256GcmOpen,
}

type Algorithm = 'ed25519' | 'x25519' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-kem-768'

function publicKeyOf(asymmetricKeyType: Algorithm, bytes: Uint8Array, size: number): crypto.KeyObject {
  const key = Buffer.from(importedBytes(bytes, size, `${asymmetricKeyType} public key`))
  try {
    return crypto.createPublicKey({ key, format: 'raw-public', asymmetricKeyType })
  } catch (cause) {
    throw new Rejected('bad-key', `${asymmetricKeyType} public key`, { cause })
  }
}

function secretKey(asymmetricKeyType: Algorithm, bytes: Uint8Array, size: number): crypto.KeyObject {
  const key = Buffer.from(importedBytes(bytes, size, `${asymmetricKeyType} secret key`))
  const format = asymmetricKeyType.startsWith('ml-') ? 'raw-seed' : 'raw-private'
  return crypto.createPrivateKey({ key, format, asymmetricKeyType })
}

function publicBytes(key: crypto.KeyObject): Uint8Array {
  return plain(crypto.createPublicKey(key).export({ format: 'raw-public' }))
}

function ed25519Verifier(publicKey: Uint8Array): Verifier {
  const imported = verifier('ed25519', publicKey, sizes.ed25519)
  if (!isSoundEd25519Key(publicKey)) throw new Rejected('bad-key', 'Ed25519 public key')
  return { verify: (message, signature) => !hasIdentityAsR(signature) && imported.verify(message, signature) }
}

function verifier(
  algorithm: Algorithm,
  publicKey: Uint8Array,
  size: { readonly publicKey: number; readonly signature: number },
): Verifier {
  const key = publicKeyOf(algorithm, publicKey, size.publicKey)
  return {
    verify: (message, signature) =>
      signature.length === size.signature && crypto.verify(null, message, key, signature),
  }
}

/** On libuv’s thread pool. */
function signInPool(message: Uint8Array, key: crypto.KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    crypto.sign(null, message, key, (error, signature) => {
      if (error === null) resolve(plain(signature))
      else reject(error)
    })
  })
}

// In a third of the time that it takes to hand it to another thread and have it back.
function ed25519Signer(seed: Uint8Array): Signer {
  const inPlace = signer(secretKey('ed25519', seed, sizes.ed25519.seed))
  return { ...inPlace, signOffThread: async (message) => Promise.resolve(inPlace.sign(message)) }
}

function signer(key: crypto.KeyObject): Signer {
  return {
    publicKey: publicBytes(key),
    sign: (message) => plain(crypto.sign(null, message, key)),
    signOffThread: (message) => signInPool(message, key),
  }
}

function mlKem768Encapsulator(publicKey: Uint8Array): Encapsulator {
  const key = publicKeyOf('ml-kem-768', publicKey, sizes.mlKem768.publicKey)
  return {
    encapsulate: () => {
      const { ciphertext, sharedKey } = crypto.encapsulate(key)
      return { ciphertext: plain(ciphertext), sharedSecret: plain(sharedKey) }
    },
    encapsulateOffThread: () =>
      new Promise((resolve, reject) => {
        crypto.encapsulate(key, (error: Error | null, result) => {
          if (error !== null) reject(error)
          else resolve({ ciphertext: plain(result.ciphertext), sharedSecret: plain(result.sharedKey) })
        })
      }),
  }
}

function mlKem768Decapsulator(seed: Uint8Array): Decapsulator {
  const key = secretKey('ml-kem-768', seed, sizes.mlKem768.seed)
  return {
    publicKey: publicBytes(key),
    decapsulate: (ciphertext) => {
      refuseCiphertextSize(ciphertext, sizes.mlKem768.ciphertext)
      return plain(crypto.decapsulate(key, ciphertext))
    },
  }
}

function x25519Encapsulator(publicKey: Uint8Array): Encapsulator {
  const peer = publicKeyOf('x25519', publicKey, sizes.x25519.publicKey)
  return {
    encapsulate: () => {
      const { privateKey, publicKey: ephemeral } = crypto.generateKeyPairSync('x25519')
      return {
        ciphertext: plain(ephemeral.export({ format: 'raw-public' })),
        sharedSecret: agree(privateKey, peer),
      }
    },
    encapsulateOffThread: async () => {
      const { privateKey, publicKey: ephemeral } = await generateInPool()
      const ciphertext = plain(ephemeral.export({ format: 'raw-public' }))
      return { ciphertext, sharedSecret: await agreeInPool(privateKey, peer) }
    },
  }
}

function x25519Decapsulator(bytes: Uint8Array): Decapsulator {
  const key = secretKey('x25519', bytes, sizes.x25519.seed)
  return {
    publicKey: publicBytes(key),
    decapsulate: (ciphertext) => {
      refuseCiphertextSize(ciphertext, sizes.x25519.ciphertext)
      return agree(key, publicKeyOf('x25519', ciphertext, sizes.x25519.ciphertext))
    },
  }
}

/** OpenSSL fails on an all-zero result instead of giving it (RFC 7748 §6.1); with two imported keys only on that. */
function generateInPool(): Promise<crypto.KeyPairKeyObjectResult> {
  return new Promise((resolve, reject) => {
    crypto.generateKeyPair('x25519', {}, (error, publicKey, privateKey) => {
      if (error === null) resolve({ publicKey, privateKey })
      else reject(error)
    })
  })
}

/** As `agree`, on libuv’s thread pool. What fails there is tried here, and so gives the zeros or the error of `agree`. */
async function agreeInPool(privateKey: crypto.KeyObject, publicKey: crypto.KeyObject): Promise<Uint8Array> {
  const secret = await new Promise<Uint8Array | undefined>((resolve) => {
    crypto.diffieHellman({ privateKey, publicKey }, (error, value) => {
      resolve(error === null ? plain(value) : undefined)
    })
  })
  return secret ?? agree(privateKey, publicKey)
}

function agree(privateKey: crypto.KeyObject, publicKey: crypto.KeyObject): Uint8Array {
  try {
    return plain(crypto.diffieHellman({ privateKey, publicKey }))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_OSSL_FAILED_DURING_DERIVATION') {
      return new Uint8Array(32)
    }
    throw cause
  }
}

const gcmTag = { authTagLength: sizes.aes256Gcm.tag }

function aes256GcmSeal(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assertGcmSizes(key, iv)
  const cipher = crypto.createCipheriv('aes-256-gcm', crypto.createSecretKey(key), iv, gcmTag)
  cipher.setAAD(aad)
  const sealed = new Uint8Array(plaintext.length + sizes.aes256Gcm.tag)
  sealed.set(cipher.update(plaintext))
  cipher.final() // GCM is a stream: nothing is left to write
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

function aes256GcmOpen(
  key: Uint8Array,
  iv: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  assertGcmSizes(key, iv)
  const length = ciphertext.length - sizes.aes256Gcm.tag
  if (length < 0) return undefined
  const decipher = crypto.createDecipheriv('aes-256-gcm', crypto.createSecretKey(key), iv, gcmTag)
  decipher.setAAD(aad)
  decipher.setAuthTag(ciphertext.subarray(length))
  const plaintext = plain(decipher.update(ciphertext.subarray(0, length)))
  try {
    decipher.final()
  } catch {
    return undefined // the tag does not fit; `final` has no other failure
  }
  return plaintext
}

function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  putLatin1(bytes, 0, text)
  return bytes
}

function putLatin1(output: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) output[at + i] = text.charCodeAt(i)
}

/** A copy outside Node's pooled memory, without Buffer's other meaning of `slice` and `toString`. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}
