import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromBase64 } from '../../protocol/bytes.ts'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { decodeLenient, ForeignTag } from '../../protocol/lenient.ts'
import {
  packed,
  readForeignClaims,
  requireValid,
  type StatusList,
  statusAt,
  statusListClaims,
} from '../../protocol/status-list.ts'
import { hex } from '../support/bytes.ts'
import { growth, mebibytes } from '../support/memory.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const own = z.object({
  accept: z.array(
    z.object({
      name: z.string(),
      claims: z.string(),
      uri: z.string(),
      bits: z.number(),
      entries: z.number(),
      other: z.array(z.tuple([z.number(), z.number()])),
    }),
  ),
  refuse: z.array(z.object({ name: z.string(), claims: z.string(), code: z.string() })),
})
const { accept, refuse } = own.parse(readJson(path.join(import.meta.dirname, '../vectors/status-list.json')))

function notValid(list: StatusList): (readonly [number, number])[] {
  const statuses = Array.from({ length: (list.packed.length * 8) / list.bits }, (_, index) =>
    statusAt(list, index),
  )
  return [...statuses.entries()].filter(([, status]) => status !== 0)
}

/** A token's payload around a list, and nothing more. */
function claimsWith(bits: number, lst: Uint8Array): Uint8Array {
  const list = new Map<CborValue, CborValue>([
    ['bits', bits],
    ['lst', lst],
  ])
  return encode(
    new Map<CborValue, CborValue>([
      [2, 'https://status.example/1'],
      [6, 1],
      [65533, list],
    ]),
  )
}

describe.each([
  { reader: 'ours', read: (bytes: Uint8Array) => decodeAs(statusListClaims, bytes) },
  { reader: 'the foreign', read: readForeignClaims },
])('read as $reader', ({ read }) => {
  test.each(counted('status-list.json, accepted', accept))('$name', ({
    claims,
    uri,
    bits,
    entries,
    other,
  }) => {
    const { list, ...rest } = read(hex(claims))
    expect(rest).toEqual({ uri, issued: 1767225600, expires: 1767830400, ttlSeconds: 3600 })
    expect(list.bits).toBe(bits)
    expect((list.packed.length * 8) / list.bits).toBe(entries)
    expect(notValid(list)).toEqual(other)
  })

  test.each(counted('status-list.json, refused', refuse))('refuses $name', ({ claims, code }) => {
    expect(() => read(hex(claims))).toThrow(expect.objectContaining({ name: 'Rejected', code }))
  })

  test('gives up a list that inflates beyond 8 MiB', () => {
    for (const size of [8 * 1024 * 1024 + 1, 256 * 1024 * 1024]) {
      const bomb = claimsWith(1, new Uint8Array(deflateSync(new Uint8Array(size), { level: 9 })))
      const start = performance.now()
      const grown = growth(() =>
        expect(() => read(bomb)).toThrow(expect.objectContaining({ name: 'Rejected', code: 'too-large' })),
      )
      console.info(
        `${bomb.length} bytes that inflate to ${mebibytes(size)}: refused in ${(performance.now() - start).toFixed(0)} ms, ${mebibytes(grown)}`,
      )
      expect(grown).toBeLessThan(64 * 1024 * 1024)
    }
  })

  test('takes a list of 8 MiB', () => {
    const most = claimsWith(8, new Uint8Array(deflateSync(new Uint8Array(8 * 1024 * 1024).fill(2))))
    expect(statusAt(read(most).list, 8 * 1024 * 1024 - 1)).toBe(2)
  })

  test('inflates what zlib deflated at every level, and only ever refuses what was damaged', () => {
    const damage = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 20_000 }),
        fc.integer({ min: 0, max: 9 }),
        damage,
        (bytes, level, [at, byte]) => {
          const deflated = new Uint8Array(deflateSync(bytes, { level }))
          expect(read(claimsWith(8, deflated)).list.packed).toEqual(bytes)
          const damaged = claimsWith(8, deflated.with(at % deflated.length, byte))
          try {
            expect(read(damaged).list.packed).toEqual(bytes)
          } catch (error) {
            expect(error).toMatchObject({ name: 'Rejected', code: 'malformed-structure' })
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a list', () => {
  const statuses = fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const).chain((bits) =>
    fc.record({
      bits: fc.constant(bits),
      values: fc.array(fc.nat((1 << bits) - 1), { minLength: 1, maxLength: 200 }),
    }),
  )

  test('gives back what was packed, also through its encoding', () => {
    fc.assert(
      fc.property(statuses, ({ bits, values }) => {
        const list = packed(bits, values.length, new Map(values.entries()))
        const claims = { uri: 'https://status.example/1', issued: 1, list }
        const again = decodeAs(statusListClaims, encodeAs(statusListClaims, claims))
        expect(again).toEqual(claims)
        expect(values.map((_, index) => statusAt(again.list, index))).toEqual(values)
      }),
    )
  })

  test.each([
    ['a status of two bits in a list of one', [0, 2]],
    ['a negative status', [0, -1]],
    ['an index outside', [8, 1]],
    ['a fraction for an index', [0.5, 1]],
  ] as const)('is not made of %s', (_, entry) => {
    expect(() => packed(1, 8, new Map([entry]))).toThrow(RangeError)
  })

  test.each([-1, 16, 0.5, NaN, 2 ** 40])('has no status at index %d', (index) => {
    const list = packed(1, 16, new Map([[0, 1]]))
    expect(() => statusAt(list, index)).toThrow(expect.objectContaining({ code: 'status-unknown' }))
  })
})

describe('an attestation', () => {
  const uri = 'https://status.example/1'
  const claims = {
    uri,
    issued: 1000,
    expires: 2000,
    list: packed(
      2,
      8,
      new Map([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    ),
  }

  test('of status 0 in the list that it refers to is good', () => {
    expect(() => requireValid(claims, { uri, index: 0 }, 1500)).not.toThrow()
  })

  test.each([
    { name: 'invalid', code: 'status-withdrawn', index: 1 },
    { name: 'suspended', code: 'status-withdrawn', index: 2 },
    { name: 'of the issuer’s own status', code: 'status-withdrawn', index: 3 },
    { name: 'beyond the list', code: 'status-unknown', index: 8 },
    { name: 'of another list', code: 'status-unknown', uri: 'https://status.example/2' },
    { name: 'whose list has expired', code: 'status-unknown', now: 2000 },
    { name: 'whose list is of the future', code: 'status-unknown', now: 699 },
  ])('that is $name is $code', ({ code, ...change }) => {
    const { now, ...reference } = { uri, index: 0, now: 1500, ...change }
    expect(() => requireValid(claims, reference, now)).toThrow(
      expect.objectContaining({ name: 'Rejected', code }),
    )
  })
})

const folder = vectors('token-status-list')

describe.skipIf(folder === undefined)('the published lists', () => {
  const examples = path.join(folder ?? '', 'examples')
  const read = (name: string) => readFileSync(path.join(examples, name), 'utf8')
  const hexOf = (name: string) =>
    hex(
      read(name)
        .replace(/[^]*encoded:/, '')
        .replaceAll(/\s/g, ''),
    )
  const names = folder === undefined ? [] : readdirSync(examples).filter((name) => name.endsWith('_cbor.md'))
  const long = [1, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345].with(0, 0)
  const known = new Map<string, readonly number[]>([
    ['status_list_encoding_cbor.md', [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]],
    ['status_list_encoding2_cbor.md', [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]],
  ])

  test.each(counted('token-status-list', names))('%s', (name) => {
    const list = decodeLenient(hexOf(name)) as ReadonlyMap<string, number | Uint8Array>
    const bits = list.get('bits') as number
    const lst = list.get('lst') as Uint8Array
    const { list: ours } = readForeignClaims(claimsWith(bits, lst))
    expect(ours).toEqual({ bits, packed: new Uint8Array(inflateSync(lst)) })
    expect(sameInJson(name, bits, lst)).toBe(true)
    const values = known.get(name)
    if (values !== undefined) expect(values.map((_, index) => statusAt(ours, index))).toEqual(values)
    if (/[12]_long/.test(name)) expect(notValid(ours).map(([index]) => index)).toEqual(long)
  })

  function sameInJson(name: string, bits: number, lst: Uint8Array): boolean {
    const text = read(name.replace('_cbor', '_json'))
      .replace(/[^]*encoded:/, '')
      .replaceAll(/\s/g, '')
    const json = z.object({ bits: z.number(), lst: z.string() }).parse(JSON.parse(text))
    const padded = json.lst
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .padEnd(Math.ceil(json.lst.length / 4) * 4, '=')
    const bytes = fromBase64(padded)
    return (
      json.bits === bits && bytes !== undefined && Buffer.compare(inflateSync(bytes), inflateSync(lst)) === 0
    )
  }

  test('status list token', () => {
    const token = decodeLenient(hex(read('status_list_cwt.md').replaceAll(/\s/g, '')))
    if (!(token instanceof ForeignTag) || !Array.isArray(token.value)) throw new Error('not a COSE_Sign1')
    expect(readForeignClaims(token.value[2] as Uint8Array)).toEqual({
      uri: 'https://example.com/statuslists/1',
      issued: 1686920170,
      expires: 2291720170,
      ttlSeconds: 43200,
      list: { bits: 1, packed: hex('b9a3') },
    })
  })
})
