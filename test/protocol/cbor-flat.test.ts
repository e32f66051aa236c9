/** Answers for the short ways of encoding: they give the bytes of the long one, which are scanned as a message is. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, fromHex, isZero, toBase64, toHex } from '../../protocol/bytes.ts'
import { decode, encode, encodeBytes, encodeFlat } from '../../protocol/cbor.ts'
import { decodeAs, embedded, encodeAs, field, integer, record } from '../../protocol/codec.ts'
import { keyId } from '../../protocol/key.ts'
import { embeddedKeyHeader } from '../../protocol/key-header.ts'
import { algorithms, headers } from '../../protocol/numbers.ts'

const edges = [0, 1, 23, 24, 255, 256, 65535, 65536, 70000]
const strings = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(...edges).map((length) => new Uint8Array(length).fill(length)),
)
const unsigned = fc.oneof(fc.maxSafeNat(), fc.constantFrom(...edges, 2 ** 32 - 1, 2 ** 32))
const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((value) => !value.startsWith('\ufeff'))

test('a flat array is encoded as any array', () => {
  const items = fc.array(fc.oneof(strings, unsigned, text), { maxLength: 30 })
  fc.assert(
    fc.property(items, (value) => {
      expect(encodeFlat(value)).toEqual(encode(value))
    }),
  )
})

test('a byte string is encoded as any byte string', () => {
  fc.assert(
    fc.property(strings, (value) => {
      expect(encodeBytes(value)).toEqual(encode(value))
    }),
  )
})

const whole = embedded(record({ alg: field(headers.alg, integer), kid: field(headers.kid, keyId) }))
const short = embeddedKeyHeader(integer, [algorithms.ed25519, algorithms.hpke9Ke])
const ids = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const algorithmNumbers = fc.oneof(fc.constantFrom(...Object.values(algorithms)), fc.integer())

test('a key header is written and read as any header', () => {
  fc.assert(
    fc.property(algorithmNumbers, ids, (alg, kid) => {
      const written = encode(short.write({ alg, kid }))
      expect(written).toEqual(encodeAs(whole, { alg, kid }))
      expect(decodeAs(short, written)).toEqual(decodeAs(whole, written))
    }),
  )
})

test('a damaged key header is refused, or read, as any header', () => {
  const header = short.write({ alg: algorithms.hpke9Ke, kid: 'ab'.repeat(32) })
  const outcome = (read: () => unknown): unknown => {
    try {
      return read()
    } catch (error) {
      return String(error)
    }
  }
  for (let bit = 0; bit < 8 * header.length; bit++) {
    const at = bit >> 3
    const changed = header.with(at, (header[at] ?? 0) ^ (1 << (bit & 7)))
    expect(outcome(() => short.read(changed, '$'))).toEqual(outcome(() => whole.read(changed, '$')))
  }
  for (const other of [header.subarray(1), header.slice(0, -1), new Uint8Array(0), decode(encode(7))]) {
    expect(outcome(() => short.read(other, '$'))).toEqual(outcome(() => whole.read(other, '$')))
  }
})

test('hexadecimal and back, of any length', () => {
  fc.assert(
    fc.property(strings, (value) => {
      expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
      expect(fromHex(toHex(value))).toEqual(value)
      expect(fromHex(toHex(value).toUpperCase())).toEqual(value)
    }),
  )
})

test('base64 and back, of any length', () => {
  fc.assert(
    fc.property(strings, (value) => {
      expect(toBase64(value)).toBe(Buffer.from(value).toString('base64'))
      expect(fromBase64(toBase64(value))).toEqual(value)
    }),
  )
})

test('base64 that is not what its bytes are written as is refused', () => {
  const letters = fc.constantFrom('A', 'B', 'z', '9', '+', '/', '=', '-', '_', ' ', '\n', 'é')
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: letters }), fc.base64String()), (text) => {
      const bytes = Buffer.from(text, 'base64')
      const isCanonical = bytes.toString('base64') === text
      expect(fromBase64(text)).toEqual(isCanonical ? new Uint8Array(bytes) : undefined)
    }),
    { numRuns: 2000 },
  )
})

test('zero is all zero, wherever a byte is not', () => {
  for (const length of [0, 1, 3, 4, 5, 8, 31]) {
    const zeros = new Uint8Array(length + 1).subarray(1)
    expect(isZero(zeros)).toBe(true)
    for (let at = 0; at < length; at++) expect(isZero(zeros.with(at, 1))).toBe(false)
  }
})
