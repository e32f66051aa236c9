import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CborValue, encode, redacted, Tag } from '../../protocol/cbor.ts'
import { diagnose, type Names } from '../../protocol/diagnostic.ts'
import { hex } from '../support/bytes.ts'
import { values } from '../support/cbor-values.ts'

function shown(value: CborValue, names?: Names, whole?: boolean): string {
  return diagnose(encode(value), names, whole)
}

const header = new Map<CborValue, CborValue>([
  [1, -19],
  [
    15,
    new Map<CborValue, CborValue>([
      [1, 'EST'],
      [6, 1760000000],
    ]),
  ],
])
const message = new Tag(98, [
  encode(header),
  new Map(),
  new Uint8Array(40).fill(7),
  [[new Uint8Array(), redacted]],
])
const names: Names = {
  name: 'envelope',
  items: [
    {
      name: 'protected',
      labels: {
        1: { name: 'alg', values: { '-19': 'Ed25519' } },
        15: { name: 'claims', labels: { 1: { name: 'iss', values: { EST: 'Estonia' } } } },
      },
    },
    {},
    { name: 'payload' },
    { name: 'signatures', each: { name: 'signature' } },
  ],
}

describe('diagnose', () => {
  test('prints a message with the names of its parts', () => {
    expect(shown(message, names)).toBe(`/ envelope / 98([
  / protected / <<{
    / alg / 1: -19 / Ed25519 /,
    / claims / 15: {
      / iss / 1: "EST" / Estonia /,
      6: 1760000000
    }
  }>>,
  {},
  / payload / h'070707070707070707070707...07070707' / 40 bytes /,
  / signatures / [/ signature / [h'', simple(59)]]
])`)
  })

  test('prints it without names', () => {
    expect(shown(header)).toBe('{1: -19, 15: {1: "EST", 6: 1760000000}}')
    expect(shown([true, false, null, 2 ** 53 - 1, -(2 ** 53) + 1])).toBe(
      '[true, false, null, 9007199254740991, -9007199254740991]',
    )
  })

  test('prints byte strings whole when asked to', () => {
    expect(shown(new Uint8Array(33), {}, true)).toBe(`h'${'00'.repeat(33)}'`)
    expect(shown(new Uint8Array(32))).toBe(`h'${'00'.repeat(32)}'`)
  })

  test('opens byte strings of one array, map or tag, and of nothing else', () => {
    expect(
      shown([hex('80'), hex('a0'), hex('d280'), hex('00'), hex('8000'), hex('a201000100'), hex('')]),
    ).toBe("[<<[]>>, <<{}>>, <<18([])>>, h'00', h'8000', h'a201000100', h'']")
  })

  test('escapes what could make a terminal show another text', () => {
    expect(shown('a\u001b[2J"\u202eb\u0085\ufeff')).toBe(String.raw`"a\u001b[2J\"\u202eb\u0085\ufeff"`)
  })

  test('does not name labels by what every object inherits', () => {
    expect(shown(new Map([['constructor', 'toString']]), { labels: {}, each: { values: {} } })).toBe(
      '{"constructor": "toString"}',
    )
  })

  test('refuses what the gate refuses', () => {
    expect(() => diagnose(hex('1817'))).toThrow(expect.objectContaining({ code: 'malformed-cbor' }))
  })

  test('stops opening byte strings at the depth and the number of items that the gate allows', () => {
    const nested = Array.from({ length: 3000 }).reduce<Uint8Array>((inside) => encode([inside]), encode([]))
    expect(diagnose(nested).match(/<</g)).toHaveLength(8)
    const inner = encode(Array.from({ length: 1000 }, () => 0))
    const wide = diagnose(encode(Array.from({ length: 1000 }, () => inner)))
    expect(wide.match(/<</g)?.length).toBeLessThan(66)
    expect(wide.match(/bytes/g)?.length).toBeGreaterThan(900)
  })

  test('prints every value of the profile', () => {
    fc.assert(
      fc.property(
        values,
        (value) => shown(value, names).length > 0 && !/[\u0000-\u0009\u000b-\u001f]/.test(shown(value)),
      ),
      { numRuns: 2000 },
    )
  })
})
