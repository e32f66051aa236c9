import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as cbor2 from 'cbor2'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeLenient, ForeignTag, type ForeignValue, Unassigned } from '../../protocol/lenient.ts'
import { profile } from '../../protocol/scan.ts'
import { hex } from '../support/bytes.ts'
import { counted, vectors } from '../support/vectors.ts'

const map = new Map<ForeignValue, ForeignValue>([['a', 1]])

describe('the lenient reader', () => {
  test.each<[string, string, ForeignValue]>([
    ['17', '23 in one byte', 23],
    ['1817', '23 in two bytes', 23],
    ['1b0000000000000000', 'zero in nine bytes', 0],
    ['1b0020000000000000', '2^53', 2n ** 53n],
    ['3b001fffffffffffff', '-2^53', -(2n ** 53n)],
    ['3b001ffffffffffffe', '-2^53 + 1', -Number.MAX_SAFE_INTEGER],
    ['3bffffffffffffffff', '-2^64', -(2n ** 64n)],
    ['f93e00', 'a half float', 1.5],
    ['f98000', 'negative zero', -0],
    ['f90001', 'the smallest half float', 2 ** -24],
    ['f97c00', 'infinity', Infinity],
    ['fa47c35000', 'a single float', 100000],
    ['fb3ff199999999999a', 'a double float', 1.1],
    ['f7', 'undefined', undefined],
    ['f83b', 'simple(59)', new Unassigned(59)],
    ['f0', 'simple(16)', new Unassigned(16)],
    ['5f42010243030405ff', 'a byte string in chunks', Uint8Array.of(1, 2, 3, 4, 5)],
    ['5fff', 'no chunks', new Uint8Array()],
    ['7f657374726561646d696e67ff', 'a text in chunks', 'streaming'],
    ['9f01820203ff', 'an array without a length', [1, [2, 3]]],
    ['bf616101ff', 'a map without a length', map],
    [
      'a2616101616202',
      'a map',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    [
      'a2616202616101',
      'a map in another order',
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    ['c11a514b67b0', 'a tag', new ForeignTag(1, 1363896240)],
    ['63efbbbf', 'a byte order mark', '\ufeff'],
  ])('reads %s, %s', (bytes, _, value) => {
    expect(isDeepStrictEqual(decodeLenient(hex(bytes)), value)).toBe(true)
  })

  test('reads not a number', () => {
    expect(decodeLenient(hex('f97e00'))).toBeNaN()
  })

  test.each([
    ['', 'nothing', 'truncated'],
    ['0000', 'a second item', 'left over'],
    ['19ff', 'an argument cut off', 'truncated'],
    ['5bffffffffffffffff', 'a byte string cut off', 'truncated'],
    ['9bffffffffffffffff00', 'an array cut off', 'truncated'],
    ['a2616101', 'a map cut off', 'truncated'],
    ['9f01', 'an array without its end', 'truncated'],
    ['1c', 'a reserved length', 'reserved'],
    ['1f', 'an integer of indefinite length', 'indefinite'],
    ['df00', 'a tag of indefinite length', 'indefinite'],
    ['ff', 'a break', 'break'],
    ['82ff00', 'a break in an array with a length', 'break'],
    ['bf01ff', 'a break in place of a value', 'break'],
    ['f814', 'false in two bytes', 'simple value'],
    ['5f6161ff', 'a text as chunk of a byte string', 'chunk'],
    ['5f5f4100ffff', 'chunks inside chunks', 'chunk'],
    ['7f61c361a9ff', 'a character in two chunks', 'UTF-8'],
    ['61ff', 'text that is none', 'UTF-8'],
    ['a200010002', 'a key that comes twice', 'repeated'],
    [`${'81'.repeat(17)}00`, 'seventeen arrays inside one another', 'deeper'],
  ])('refuses %s, %s', (bytes, _, because) => {
    expect(() => decodeLenient(hex(bytes))).toThrow(
      expect.objectContaining({ name: 'Rejected', code: 'malformed-cbor' }),
    )
    expect(() => decodeLenient(hex(bytes))).toThrow(because)
  })

  const folder = vectors('cbor-wg-test-vectors')
  test.skipIf(folder === undefined)('agrees with cbor2 on what is well-formed, and on its value', () => {
    const rows = counted('cbor-wg-test-vectors, leniently', encodings(folder ?? ''))
    const wrong = rows.filter((bytes) => !isDeepStrictEqual(lenient(bytes), byCbor2(bytes)))
    expect(wrong.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([])
  })
})

const refused = Symbol('refused')

function lenient(bytes: Uint8Array): unknown {
  try {
    return decodeLenient(bytes)
  } catch (error) {
    expect(error).toMatchObject({ name: 'Rejected', code: 'malformed-cbor' })
    return refused
  }
}

function byCbor2(bytes: Uint8Array): unknown {
  const options = {
    preferMap: true,
    ignoreGlobalTags: true,
    collapseBigInts: false,
    rejectDuplicateKeys: true,
    maxDepth: profile.depth,
  }
  try {
    return foreign(cbor2.decode(bytes, options))
  } catch {
    return refused
  }
}

function foreign(value: unknown): unknown {
  if (value instanceof cbor2.Tag)
    return new ForeignTag(Number(value.tag), foreign(value.contents) as ForeignValue)
  if (value instanceof cbor2.Simple) return new Unassigned(value.value)
  if (Array.isArray(value)) return value.map(foreign)
  return value instanceof Map
    ? new Map(Array.from(value, ([key, item]) => [foreign(key), foreign(item)]))
    : value
}

const file = z.object({ tests: z.array(z.object({ encoded: z.instanceof(Uint8Array) })) })

function encodings(folder: string): readonly Uint8Array[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.cbor'),
  )
  const files = names.map((name) =>
    file.parse(cbor2.decode(new Uint8Array(readFileSync(path.join(folder, name))))),
  )
  return files.flatMap(({ tests }) => tests.map(({ encoded }) => new Uint8Array(encoded)))
}
