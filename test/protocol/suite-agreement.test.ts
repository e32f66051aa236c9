/** Answers for the two back ends being one suite: what one makes the other takes, and both refuse the same changed bytes. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Signer, Suite, Verifier } from '../../protocol/suite.ts'
import { backEnds, native, noble } from '../support/back-ends.ts'
import { flipped } from '../support/bytes.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const message = fc.uint8Array({ maxLength: 500 })
const pairs = [
  { name: 'native to noble', maker: native, taker: noble },
  { name: 'noble to native', maker: noble, taker: native },
]

interface Scheme {
  readonly name: string
  readonly signer: (suite: Suite, seed: Uint8Array) => Signer
  readonly verifier: (suite: Suite, publicKey: Uint8Array) => Verifier
}

const schemes: readonly Scheme[] = [
  {
    name: 'ML-DSA-65',
    signer: (suite, seed) => suite.mlDsa65Signer(seed),
    verifier: (suite, publicKey) => suite.mlDsa65Verifier(publicKey),
  },
  {
    name: 'ML-DSA-44',
    signer: (suite, seed) => suite.mlDsa44Signer(seed),
    verifier: (suite, publicKey) => suite.mlDsa44Verifier(publicKey),
  },
]

describe.each(pairs)('$name', ({ maker, taker }) => {
  test.each(schemes)('$name: off the thread as on it', async ({ signer, verifier }) => {
    for (const maker of [native, noble]) {
      const key = signer(maker, new Uint8Array(32).fill(7))
      const message = new TextEncoder().encode('signed beside the thread')
      const signature = await key.signOffThread(message)
      for (const taker of [native, noble]) {
        expect(verifier(taker, key.publicKey).verify(message, signature)).toBe(true)
      }
    }
  })

  test.each(schemes)('$name', ({ signer, verifier }) => {
    const property = fc.property(bytes(32), message, fc.nat(), (seed, text, bit) => {
      const key = signer(maker, seed)
      expect(signer(taker, seed).publicKey).toEqual(key.publicKey)
      const signature = key.sign(text)
      expect(key.sign(text)).not.toEqual(signature) // hedged
      for (const suite of backEnds) {
        const imported = verifier(suite, key.publicKey)
        expect(imported.verify(text, signature)).toBe(true)
        expect(imported.verify(text, flipped(signature, bit))).toBe(false)
        expect(imported.verify(Uint8Array.of(...text, 0), signature)).toBe(false)
        expect(imported.verify(text, signature.subarray(1))).toBe(false)
        expect(verifier(suite, flipped(key.publicKey, bit)).verify(text, signature)).toBe(false)
      }
    })
    fc.assert(property, { numRuns: 12 })
  })

  test('ML-KEM-768', () => {
    const property = fc.property(bytes(64), fc.nat(), (seed, bit) => {
      const [mine, other] = [maker.mlKem768Decapsulator(seed), taker.mlKem768Decapsulator(seed)]
      expect(other.publicKey).toEqual(mine.publicKey)
      const { ciphertext, sharedSecret } = maker.mlKem768Encapsulator(mine.publicKey).encapsulate()
      expect(other.decapsulate(ciphertext)).toEqual(sharedSecret)
      const rejected = mine.decapsulate(flipped(ciphertext, bit))
      expect(rejected).not.toEqual(sharedSecret)
      expect(other.decapsulate(flipped(ciphertext, bit))).toEqual(rejected)
    })
    fc.assert(property, { numRuns: 40 })
  })

  test('encapsulation off the thread gives what the other side decapsulates', async () => {
    const mlKem = taker.mlKem768Decapsulator(new Uint8Array(64).fill(9))
    const m = await maker.mlKem768Encapsulator(mlKem.publicKey).encapsulateOffThread()
    expect(mlKem.decapsulate(m.ciphertext)).toEqual(m.sharedSecret)
    const x25519 = taker.x25519Decapsulator(new Uint8Array(32).fill(9))
    const x = await maker.x25519Encapsulator(x25519.publicKey).encapsulateOffThread()
    expect(x25519.decapsulate(x.ciphertext)).toEqual(x.sharedSecret)
    const lowOrder = await maker.x25519Encapsulator(new Uint8Array(32)).encapsulateOffThread()
    expect(lowOrder.sharedSecret).toEqual(new Uint8Array(32))
  })

  test('X25519', () => {
    const property = fc.property(bytes(32), bytes(32), (secret, anyPeer) => {
      const [mine, other] = [maker.x25519Decapsulator(secret), taker.x25519Decapsulator(secret)]
      expect(other.publicKey).toEqual(mine.publicKey)
      const { ciphertext, sharedSecret } = maker.x25519Encapsulator(mine.publicKey).encapsulate()
      expect(other.decapsulate(ciphertext)).toEqual(sharedSecret)
      expect(other.decapsulate(anyPeer)).toEqual(mine.decapsulate(anyPeer))
    })
    fc.assert(property, { numRuns: 60 })
  })

  test('AES-256-GCM', () => {
    const inputs = [bytes(32), bytes(12), message, message, fc.nat()] as const
    const property = fc.property(...inputs, (key, iv, aad, plaintext, bit) => {
      const sealed = maker.aes256GcmSeal(key, iv, aad, plaintext)
      expect(taker.aes256GcmSeal(key, iv, aad, plaintext)).toEqual(sealed)
      expect(taker.aes256GcmOpen(key, iv, aad, sealed)).toEqual(plaintext)
      expect(taker.aes256GcmOpen(key, iv, aad, flipped(sealed, bit))).toBeUndefined()
      expect(taker.aes256GcmOpen(key, flipped(iv, bit), aad, sealed)).toBeUndefined()
      expect(taker.aes256GcmOpen(flipped(key, bit), iv, aad, sealed)).toBeUndefined()
      expect(taker.aes256GcmOpen(key, iv, Uint8Array.of(...aad, 0), sealed)).toBeUndefined()
      expect(taker.aes256GcmOpen(key, iv, aad, sealed.subarray(0, 15))).toBeUndefined()
    })
    fc.assert(property, { numRuns: 100 })
  })
})

test.each([
  { conditions: [], backEnd: 'native' },
  { conditions: ['--conditions=pouch-noble'], backEnd: 'noble' },
])('#suite is $backEnd in Node with $conditions', ({ conditions, backEnd }) => {
  const script = "import { suite } from '#suite'; process.stdout.write(suite.backEnd)"
  const root = path.resolve(import.meta.dirname, '../..')
  const flags = [...conditions, '--input-type=module', '--eval', script]
  expect(execFileSync(process.execPath, flags, { cwd: root, encoding: 'utf8' })).toBe(backEnd)
})

test('hashes and key derivation', () => {
  const property = fc.property(
    message,
    message,
    message,
    fc.integer({ min: 1, max: 500 }),
    (a, b, c, length) => {
      expect(noble.sha256(a)).toEqual(native.sha256(a))
      for (const suite of [noble, native]) {
        const output = new Uint8Array(40).fill(7)
        suite.sha256Into(output, 3, a)
        expect(output).toEqual(Uint8Array.of(7, 7, 7, ...suite.sha256(a), 7, 7, 7, 7, 7))
      }
      expect(noble.sha384(a)).toEqual(native.sha384(a))
      expect(noble.sha3_256(a)).toEqual(native.sha3_256(a))
      expect(noble.shake256(a, length)).toEqual(native.shake256(a, length))
      expect(noble.hkdfSha256(a, b, c, length)).toEqual(native.hkdfSha256(a, b, c, length))
    },
  )
  fc.assert(property, { numRuns: 100 })
})

test('scrypt', () => {
  const property = fc.property(message, message, fc.integer({ min: 1, max: 12 }), (passphrase, salt, log) => {
    expect(noble.scrypt(passphrase, salt, 2 ** log, 8, 64)).toEqual(
      native.scrypt(passphrase, salt, 2 ** log, 8, 64),
    )
  })
  fc.assert(property, { numRuns: 10 })
})

describe.each(backEnds)('$backEnd', (suite) => {
  test('gives plain byte arrays over memory of their own', () => {
    const key = suite.randomBytes(32)
    const signer = suite.ed25519Signer(key)
    const { ciphertext, sharedSecret } = suite.x25519Encapsulator(key).encapsulate()
    const sealed = suite.aes256GcmSeal(key, key.subarray(0, 12), key, key)
    const opened = suite.aes256GcmOpen(key, key.subarray(0, 12), key, sealed)
    const hashes = [suite.sha256(key), suite.sha384(key), suite.sha3_256(key), suite.shake256(key, 9)]
    for (const made of [
      key,
      signer.publicKey,
      signer.sign(key),
      ciphertext,
      sharedSecret,
      sealed,
      opened,
      ...hashes,
    ]) {
      expect(made?.constructor).toBe(Uint8Array)
      expect(made?.byteLength).toBe(made?.buffer.byteLength)
    }
  })

  test('a key or iv for AES-256-GCM of another size is our own mistake', () => {
    const [key, iv, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)]
    for (const length of [0, 16, 24, 31, 33]) {
      expect(() => suite.aes256GcmSeal(new Uint8Array(length), iv, none, none)).toThrow(RangeError)
      expect(() => suite.aes256GcmOpen(new Uint8Array(length), iv, none, key)).toThrow(RangeError)
    }
    for (const length of [0, 8, 11, 13, 16]) {
      expect(() => suite.aes256GcmSeal(key, new Uint8Array(length), none, none)).toThrow(RangeError)
      expect(() => suite.aes256GcmOpen(key, new Uint8Array(length), none, key)).toThrow(RangeError)
    }
  })

  test('keys of another size are refused as bad-key', () => {
    const importers = [
      (key: Uint8Array) => suite.ed25519Signer(key),
      (key: Uint8Array) => suite.mlDsa65Verifier(key),
      (key: Uint8Array) => suite.mlDsa65Signer(key),
      (key: Uint8Array) => suite.mlDsa44Verifier(key),
      (key: Uint8Array) => suite.mlDsa44Signer(key),
      (key: Uint8Array) => suite.mlKem768Encapsulator(key),
      (key: Uint8Array) => suite.mlKem768Decapsulator(key),
      (key: Uint8Array) => suite.x25519Encapsulator(key),
      (key: Uint8Array) => suite.x25519Decapsulator(key),
    ]
    for (const importKey of importers) {
      for (const length of [0, 31, 33, 1183, 1185]) {
        expect(() => importKey(new Uint8Array(length))).toThrow('bad-key')
      }
    }
  })
})
