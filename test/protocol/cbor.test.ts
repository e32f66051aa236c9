import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equal } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, redacted, Tag } from '../../protocol/cbor.ts'
import { profile } from '../../protocol/scan.ts'
import { hex } from '../support/bytes.ts'
import { damaged, values } from '../support/cbor-values.ts'
import { byCbor2, byCborg, inProfile } from '../support/other-cbor.ts'

/** Each row is an encoding of the profile with one change, and the words by which the refusal says which. */
const refusals: readonly { name: string; bytes: Uint8Array; because: string; code?: string }[] = [
  { name: 'nothing', bytes: hex(''), because: 'truncated' },
  { name: 'a second item', bytes: hex('0000'), because: 'bytes left over' },
  { name: 'an argument that is cut off', bytes: hex('19ff'), because: 'truncated' },
  { name: 'a byte string that is cut off', bytes: hex('42ff'), because: 'truncated' },
  { name: 'a text that is cut off', bytes: hex('6261'), because: 'truncated' },
  { name: 'an array that is cut off', bytes: hex('8200'), because: 'truncated' },
  { name: 'a map without its last value', bytes: hex('a2000102'), because: 'truncated' },
  { name: 'a tag without content', bytes: hex('d2'), because: 'truncated' },
  { name: 'a byte string of 2^53 - 1 bytes', bytes: hex('5b001fffffffffffff'), because: 'truncated' },
  { name: 'a byte string of 2^64 - 1 bytes', bytes: hex('5bffffffffffffffff'), because: 'integer beyond' },
  { name: 'an array of 2^32 - 1 items', bytes: hex('9affffffff'), because: 'truncated' },
  { name: 'a map of 2^32 - 1 entries', bytes: hex('baffffffff'), because: 'truncated' },
  { name: '23 in two bytes', bytes: hex('1817'), because: 'shortest' },
  { name: '255 in three bytes', bytes: hex('1900ff'), because: 'shortest' },
  { name: '65535 in five bytes', bytes: hex('1a0000ffff'), because: 'shortest' },
  { name: '2^32 - 1 in nine bytes', bytes: hex('1b00000000ffffffff'), because: 'shortest' },
  { name: '-24 in two bytes', bytes: hex('3817'), because: 'shortest' },
  { name: 'a long length of a byte string', bytes: hex('580100'), because: 'shortest' },
  { name: 'a long length of a text', bytes: hex('780161'), because: 'shortest' },
  { name: 'a long length of an array', bytes: hex('980100'), because: 'shortest' },
  { name: 'a long length of a map', bytes: hex('b8010000'), because: 'shortest' },
  { name: 'a long tag', bytes: hex('d81200'), because: 'shortest' },
  { name: 'an integer of 2^53', bytes: hex('1b0020000000000000'), because: 'integer beyond' },
  { name: 'an integer of -2^53', bytes: hex('3b001fffffffffffff'), because: 'integer beyond' },
  { name: 'an integer of -2^64', bytes: hex('3bffffffffffffffff'), because: 'integer beyond' },
  { name: 'an indefinite byte string', bytes: hex('5f4100ff'), because: 'indefinite' },
  { name: 'an indefinite text', bytes: hex('7f6161ff'), because: 'indefinite' },
  { name: 'an indefinite array', bytes: hex('9f00ff'), because: 'indefinite' },
  { name: 'an indefinite map', bytes: hex('bf0000ff'), because: 'indefinite' },
  { name: 'a break', bytes: hex('ff'), because: 'float or simple' },
  { name: 'a reserved length, 28', bytes: hex('1c'), because: 'reserved' },
  { name: 'a reserved length, 30', bytes: hex('5e'), because: 'reserved' },
  { name: 'a half float', bytes: hex('f93c00'), because: 'float or simple' },
  { name: 'a single float', bytes: hex('fa3fc00000'), because: 'float or simple' },
  { name: 'a double float', bytes: hex('fb3ff199999999999a'), because: 'float or simple' },
  { name: 'not a number', bytes: hex('f97e00'), because: 'float or simple' },
  { name: 'undefined', bytes: hex('f7'), because: 'float or simple' },
  { name: 'simple(0)', bytes: hex('e0'), because: 'float or simple' },
  { name: 'simple(58)', bytes: hex('f83a'), because: 'float or simple' },
  { name: 'false in two bytes', bytes: hex('f814'), because: 'float or simple' },
  { name: 'keys that are not sorted', bytes: hex('a201000000'), because: 'unsorted or repeated' },
  {
    name: 'a shorter key of a later type first',
    bytes: hex('a22000186400'),
    because: 'unsorted or repeated',
  },
  { name: 'a key that comes twice', bytes: hex('a201000100'), because: 'unsorted or repeated' },
  { name: 'a text key that comes twice', bytes: hex('a2616100616100'), because: 'unsorted or repeated' },
  { name: 'a redacted key that comes twice', bytes: hex('a2f83b80f83b80'), because: 'unsorted or repeated' },
  { name: 'a byte string as key', bytes: hex('a14000'), because: 'map key' },
  { name: 'an array as key', bytes: hex('a18000'), because: 'map key' },
  { name: 'true as key', bytes: hex('a1f500'), because: 'map key' },
  { name: 'a float as key', bytes: hex('a1f93c0000'), because: 'map key' },
  { name: 'simple(60) as key', bytes: hex('a1f83c00'), because: 'float or simple' },
  { name: 'text of a lone continuation byte', bytes: hex('6180'), because: 'UTF-8' },
  { name: 'text with an overlong slash', bytes: hex('62c0af'), because: 'UTF-8' },
  { name: 'text with an overlong slash of three bytes', bytes: hex('63e080af'), because: 'UTF-8' },
  { name: 'text with a surrogate', bytes: hex('63eda080'), because: 'UTF-8' },
  { name: 'text beyond U+10FFFF', bytes: hex('64f4908080'), because: 'UTF-8' },
  { name: 'text that ends within a character', bytes: hex('62e282'), because: 'UTF-8' },
  { name: 'text whose character goes on in the next item', bytes: hex('8261c34128'), because: 'UTF-8' },
  { name: 'text with a byte order mark', bytes: hex('64efbbbf61'), because: 'byte order mark' },
  ...[
    0, 1, 2, 4, 6, 14, 17, 19, 24, 25, 28, 29, 51, 61, 64, 72, 97, 105, 258, 259, 0xdff9, 0xdffe, 0xdfff,
    55799,
  ].map((tag) => ({
    name: `tag ${tag}`,
    bytes: tagHead(tag, hex('80')),
    because: 'tag not of the profile',
  })),
  {
    name: 'seventeen arrays inside one another',
    bytes: hex(`${'81'.repeat(16)}80`),
    because: 'deeper than 16',
  },
  {
    name: 'seventeen maps inside one another',
    bytes: hex(`${'a100'.repeat(16)}a0`),
    because: 'deeper than 16',
  },
  {
    name: 'seventeen tags inside one another',
    bytes: hex(`${'d2'.repeat(17)}00`),
    because: 'deeper than 16',
  },
  {
    name: '65,537 items',
    bytes: hex(`9a00010000${'00'.repeat(65_536)}`),
    because: '65536 items',
    code: 'too-large',
  },
  {
    name: 'more than 8 MiB',
    bytes: new Uint8Array(profile.bytes + 1),
    because: 'bytes of CBOR',
    code: 'too-large',
  },
]

function tagHead(tag: number, content: Uint8Array): Uint8Array {
  const head = tag < 24 ? [0xc0 | tag] : tag < 0x100 ? [0xd8, tag] : [0xd9, tag >> 8, tag & 0xff]
  return Uint8Array.of(...head, ...content)
}

describe('decode', () => {
  test.each(refusals)('refuses $name', ({ bytes, because, code = 'malformed-cbor' }) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ name: 'Rejected', code }))
    expect(() => decode(bytes)).toThrow(because)
  })

  test('the other libraries agree that the refused encodings are none of the profile', () => {
    const disputed = refusals.filter(({ bytes }) => bytes.length < 100_000 && inProfile(bytes))
    expect(disputed.map(({ name }) => name)).toEqual([])
  })

  test('takes all that the profile allows at its limits', () => {
    expect(decode(hex(`${'81'.repeat(15)}80`))).toHaveLength(1)
    expect(decode(hex(`99ffff${'00'.repeat(65_535)}`))).toHaveLength(65_535)
    const wrapped = encode(new Uint8Array(profile.bytes - 5))
    expect(wrapped).toHaveLength(profile.bytes)
    expect(decode(wrapped)).toHaveLength(profile.bytes - 5)
  })

  test('tightens by its limits', () => {
    const narrow = { ...profile, bytes: 8, depth: 1, items: 3, tags: [] }
    expect(decode(hex('820000'), narrow)).toEqual([0, 0])
    for (const bytes of ['83000000', '8180', 'd200', `48${'00'.repeat(8)}`]) {
      expect(() => decode(hex(bytes), narrow)).toThrow(expect.objectContaining({ name: 'Rejected' }))
    }
  })

  test('gives plain values of their own', () => {
    const bytes = Buffer.from('d28343010203a201182a613b80d83c4104', 'hex')
    const map = new Map<CborValue, CborValue>([
      [1, 42],
      [';', []],
    ])
    const plain = new Tag(18, [Uint8Array.of(1, 2, 3), map, new Tag(60, Uint8Array.of(4))])
    const value = decode(bytes)
    bytes.fill(0)
    expect(isDeepStrictEqual(value, plain)).toBe(true)
    expect(Object.keys(bytes)).not.toContain('dataView')
  })

  test('finds redacted claims by the one simple value', () => {
    expect(decode(hex('a1f83b8143010203'))).toEqual(new Map([[redacted, [Uint8Array.of(1, 2, 3)]]]))
    expect((decode(hex('a1f83b00')) as Map<CborValue, CborValue>).get(redacted)).toBe(0)
  })

  test('does not take a label for what every object inherits', () => {
    expect(decode(hex('a1695f5f70726f746f5f5f00'))).toEqual(new Map([['__proto__', 0]]))
  })
})

const ring: CborValue[] = []
ring.push(ring)

describe('encode', () => {
  test.each<[string, CborValue, string]>([
    ['a fraction', 1.5, 'not an integer'],
    ['negative zero', -0, 'not an integer'],
    ['not a number', NaN, 'not an integer'],
    ['infinity', -Infinity, 'not an integer'],
    ['2^53', 2 ** 53, 'not an integer'],
    ['-2^53', -(2 ** 53), 'not an integer'],
    ['2^53 as bigint', 2n ** 53n, 'not an integer'],
    ['a lone surrogate', 'a\ud800', 'surrogate'],
    ['a lone surrogate in a key', new Map([['\udc00', 0]]), 'surrogate'],
    ['a byte order mark', '\ufeffa', 'byte order mark'],
    [
      'two keys of one number',
      new Map<CborValue, CborValue>([
        [1, 0],
        [1n, 0],
      ]),
      'repeated',
    ],
    ['a byte string as key', new Map([[new Uint8Array(1), 0]]), 'map key'],
    ['null as key', new Map([[null, 0]]), 'map key'],
    ['a fraction as key', new Map([[0.5, 0]]), 'not an integer'],
    ['tag 51', new Tag(51, []), 'tag'],
    ['tag 7', [new Tag(7, 0), redacted], 'tag'],
    ['a negative tag', new Tag(-8, 0), 'tag'],
    [
      'seventeen arrays inside one another',
      Array.from({ length: 16 }).reduce<CborValue>((value) => [value], []),
      'deeper',
    ],
    ['an array that holds itself', ring, 'deeper'],
  ])('refuses %s', (_, value, because) => {
    expect(() => encode(value)).toThrow(expect.objectContaining({ name: 'Rejected', code: 'malformed-cbor' }))
    expect(() => encode(value)).toThrow(because)
  })

  test('refuses, and does not compile with, what is no CBOR value', () => {
    const refused: unknown = expect.objectContaining({ name: 'Rejected', code: 'malformed-cbor' })
    // @ts-expect-error an object is not a CborValue
    expect(() => encode({ a: 1 })).toThrow(refused)
    // @ts-expect-error undefined is not a CborValue
    expect(() => encode([undefined])).toThrow(refused)
    // @ts-expect-error a date is not a CborValue
    expect(() => encode(new Date())).toThrow(refused)
    // @ts-expect-error a set is not a CborValue
    expect(() => encode(new Set([1]))).toThrow(refused)
    // @ts-expect-error a function is not a CborValue
    expect(() => encode(() => 1)).toThrow(refused)
  })

  test('sorts keys bytewise, whatever their order', () => {
    const map = new Map<CborValue, CborValue>([
      [redacted, 0],
      ['b', 0],
      ['aa', 0],
      [-1, 0],
      [100, 0],
      [-25, 0],
      [10, 0],
      ['', 0],
    ])
    expect(encode(map)).toEqual(hex('a80a0018640020003818006000616200626161 00f83b00'.replaceAll(' ', '')))
  })

  test('gives plain bytes of their own', () => {
    const first = encode('first')
    encode('second')
    expect(first).toEqual(hex('656669727374'))
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype)
    expect(first.buffer.byteLength).toBe(first.length)
  })

  test('takes byte strings that are part of a larger one, or a Buffer', () => {
    expect(encode(Uint8Array.of(1, 2, 3).subarray(1, 2))).toEqual(hex('4102'))
    expect(encode(Buffer.from('a'))).toEqual(hex('4161'))
  })

  test('takes text of every length, and characters of every width', () => {
    for (const character of ['a', 'é', '€', '𐍈']) {
      for (const length of [0, 5, 23, 24, 63, 64, 85, 86, 255, 256, 1023, 1024, 65_535, 65_536, 100_000]) {
        const text = character.repeat(length)
        const bytes = encode([text, 1])
        expect(decode(bytes)).toEqual([text, 1])
        expect(byCborg(bytes)).toEqual([text, 1])
      }
    }
  })
})

describe('with cborg and cbor2', () => {
  const runs = 3000

  test('what is encoded, all three read as the same value, and spell the same way', () => {
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encode(value)
        const simple = bytes.some((byte, i) => byte === 0xf8 && bytes[i + 1] === 59)
        return (
          isDeepStrictEqual(decode(bytes), value) &&
          equal(encode(decode(bytes)), bytes) &&
          isDeepStrictEqual(byCbor2(bytes), value) &&
          (simple || isDeepStrictEqual(byCborg(bytes), value))
        )
      }),
      { numRuns: runs },
    )
    console.info(`${runs} random values: encode, decode, cborg, cbor2`)
  })

  test('damaged encodings are accepted exactly when the rule says that they are of the profile', () => {
    let accepted = 0
    fc.assert(
      fc.property(damaged, (bytes) => {
        const ours = verdict(bytes)
        if (ours === undefined) return !inProfile(bytes)
        accepted++
        return inProfile(bytes) && isDeepStrictEqual(ours, byCbor2(bytes)) && equal(encode(ours), bytes)
      }),
      { numRuns: 2 * runs },
    )
    console.info(`${2 * runs} damaged encodings: ${accepted} still of the profile`)
  })

  test('so are random bytes', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const ours = verdict(bytes)
        if (ours !== undefined) accepted++
        return (ours !== undefined) === inProfile(bytes)
      }),
      { numRuns: 4 * runs },
    )
    console.info(`${4 * runs} random byte strings: ${accepted} of the profile`)
  })
})

/** `undefined` for `Rejected`; any other error is thrown on. */
function verdict(bytes: Uint8Array): CborValue | undefined {
  try {
    return decode(bytes)
  } catch (error) {
    expect(error).toMatchObject({ name: 'Rejected', code: 'malformed-cbor' })
    return undefined
  }
}
