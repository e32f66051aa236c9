/**
 * Answers for one meaning of an Ed25519 signature: where OpenSSL, Node and @noble differ or are lax by themselves
 * (small-order and mixed keys, cofactored equation, other encodings), both back ends give the same strict verdict.
 */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../protocol/bytes.ts'
import { backEnds, native, noble } from '../support/back-ends.ts'
import { flipped, hex } from '../support/bytes.ts'

const { Point } = ed25519
const { Fn, Fp } = Point
const message = utf8('a pouch')

const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
const fromLittleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const torsion = ED25519_TORSION_SUBGROUP.map((encoded) => Point.fromHex(encoded, true))
const smallOrder = torsion.filter((point) => !point.is0())

const seed = utf8('thirty-two bytes of a known seed')
const { scalar, point: key } = ed25519.utils.getExtendedPublicKey(seed)

/** A signature by `key` with the nonce point and its encoding chosen freely: S makes [S]B = [r]B + [k]A hold. */
function signature(r: bigint, encodedR: Uint8Array, encodedKey = key.toBytes()): Uint8Array {
  const k = Fn.create(fromLittleEndian(sha512(concat(encodedR, encodedKey, message))))
  return concat(encodedR, littleEndian(Fn.create(r + k * scalar)))
}

/** Encodings of one point other than the one of RFC 8032: y + p where that fits, and the sign of x = 0. */
function otherEncodings(y: bigint): Uint8Array[] {
  return [y, y + (1n << 255n), y + Fp.ORDER, y + Fp.ORDER + (1n << 255n)]
    .filter((value) => value < 1n << 256n)
    .map(littleEndian)
}

const nonCanonicalKeys = [0n, 1n, 2n, 3n, 18n].map((y) => littleEndian(y + Fp.ORDER))

const refusedKeys = [
  ...torsion.map((point, i) => ({ name: `small order ${i}`, bytes: point.toBytes() })),
  ...[0n, 1n, Fp.ORDER - 1n]
    .flatMap(otherEncodings)
    .map((bytes, i) => ({ name: `small order, encoding ${i}`, bytes })),
  ...smallOrder.map((point, i) => ({ name: `mixed order ${i}`, bytes: key.add(point).toBytes() })),
  ...nonCanonicalKeys.map((bytes, i) => ({ name: `y beyond the field ${i}`, bytes })),
  { name: 'no point', bytes: littleEndian(2n) },
  ...[0, 31, 33].map((length) => ({ name: `${length} bytes`, bytes: new Uint8Array(length).fill(1) })),
]

const good = signature(7n, Point.BASE.multiply(7n).toBytes())
const withS = (s: bigint) => concat(good.subarray(0, 32), littleEndian(s))
const s = fromLittleEndian(good.subarray(32))

const signatures = [
  { name: 'as RFC 8032 makes it', bytes: ed25519.sign(message, seed), valid: true },
  { name: 'with a nonce of our choice', bytes: good, valid: true },
  { name: 'R the identity', bytes: signature(0n, Point.ZERO.toBytes()), valid: false },
  { name: 'R the identity, y + p', bytes: signature(0n, littleEndian(1n + Fp.ORDER)), valid: false },
  { name: 'R the identity, sign bit', bytes: signature(0n, littleEndian(1n + (1n << 255n))), valid: false },
  ...smallOrder.map((point, i) => ({
    name: `R with small-order part ${i}, right by the cofactored equation`,
    bytes: signature(7n, Point.BASE.multiply(7n).add(point).toBytes()),
    valid: false,
  })),
  { name: 'R of small order', bytes: signature(0n, (smallOrder[0] ?? Point.ZERO).toBytes()), valid: false },
  { name: 'R no point', bytes: concat(littleEndian(2n), good.subarray(32)), valid: false },
  { name: 'S + L', bytes: withS(s + Fn.ORDER), valid: false },
  { name: 'S + 2^253', bytes: withS((s + (1n << 253n)) % (1n << 256n)), valid: false },
  { name: 'S + 8 L', bytes: withS(s + 8n * Fn.ORDER), valid: false },
  { name: 'S = L', bytes: withS(Fn.ORDER), valid: false },
  { name: 'S = 0', bytes: withS(0n), valid: false },
  { name: 'all zero', bytes: new Uint8Array(64), valid: false },
  { name: 'empty', bytes: new Uint8Array(0), valid: false },
  { name: '63 bytes', bytes: good.subarray(0, 63), valid: false },
  { name: '65 bytes', bytes: concat(good, new Uint8Array(1)), valid: false },
]

describe.each(backEnds)('Ed25519 on $backEnd', (suite) => {
  test.each(refusedKeys)('key refused: $name', ({ bytes }) => {
    expect(() => suite.ed25519Verifier(bytes)).toThrow('bad-key')
  })

  test.each(signatures)('signature $name: $valid', ({ bytes, valid }) => {
    expect(suite.ed25519Verifier(key.toBytes()).verify(message, bytes)).toBe(valid)
  })

  test('the vectors of RFC 8032 §7.1 are made and verified', () => {
    const secret = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
    const signer = suite.ed25519Signer(secret)
    expect(signer.publicKey).toEqual(hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'))
    expect(signer.sign(hex('72'))).toEqual(
      hex(
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ),
    )
  })
})

test('both back ends give one verdict on any signature, good, changed or made up', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const property = fc.property(bytes(32), fc.uint8Array(), fc.nat(), bytes(64), (secret, text, bit, made) => {
    const [a, b] = [native.ed25519Signer(secret), noble.ed25519Signer(secret)]
    expect(b.publicKey).toEqual(a.publicKey)
    expect(b.sign(text)).toEqual(a.sign(text))
    const verifiers = [native.ed25519Verifier(a.publicKey), noble.ed25519Verifier(a.publicKey)]
    for (const verifier of verifiers) {
      expect(verifier.verify(text, a.sign(text))).toBe(true)
      expect(verifier.verify(text, flipped(a.sign(text), bit))).toBe(false)
      expect(verifier.verify(concat(text, Uint8Array.of(0)), a.sign(text))).toBe(false)
      expect(verifier.verify(text, made)).toBe(false)
    }
  })
  fc.assert(property, { numRuns: 60 })
})

test('both back ends accept the same public keys', () => {
  const accepts = (importKey: () => unknown): boolean => {
    try {
      importKey()
      return true
    } catch {
      return false
    }
  }
  const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
    expect(accepts(() => noble.ed25519Verifier(bytes))).toBe(accepts(() => native.ed25519Verifier(bytes)))
  })
  fc.assert(property, { numRuns: 200 })
})
