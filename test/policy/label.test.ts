/** The label on the wire and on a line: one form each, and nothing between unrestricted and nobody. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { type Label, label, parseLabel, printLabel } from '../../protocol/label.ts'
import { compareNames } from '../../protocol/names.ts'

const at = 1_767_225_600

function wire(changes: Readonly<Record<number, CborValue | undefined>>): Uint8Array {
  const whole: Record<number, CborValue | undefined> = {
    1: 'NATO',
    2: 'NATO SECRET',
    3: at,
    4: [],
    5: 'unrestricted',
    6: [],
    ...changes,
  }
  const present = Object.entries(whole).filter(
    (entry): entry is [string, CborValue] => entry[1] !== undefined,
  )
  return encode(new Map(present.map(([key, value]) => [Number(key), value])))
}

const malformed = expect.objectContaining({ code: 'malformed-structure' }) as Error

test('what the refusals start from is accepted', () => {
  expect(decodeAs(label, wire({}))).toEqual({
    policy: 'NATO',
    marking: 'NATO SECRET',
    at,
    compartments: [],
    releasability: 'unrestricted',
    caveats: [],
  })
})

test.each<[string, Readonly<Record<number, CborValue | undefined>>]>([
  ['no releasability', { 5: undefined }],
  ['releasability null', { 5: null }],
  ['releasability another word', { 5: 'everybody' }],
  ['no date', { 3: undefined }],
  ['a date before 1970', { 3: -1 }],
  ['no compartments', { 4: undefined }],
  ['no caveats', { 6: undefined }],
  ['an unknown label', { 10: 1 }],
  ['no issuer', { 1: undefined }],
  ['an issuer in lower case', { 1: 'Nato' }],
  ['an empty marking', { 2: '' }],
  ['a bare level for a marking', { 2: 3 }],
  ['a decomposed accent', { 2: 'TRE\u0300S SECRET' }],
  ['a space at the end', { 2: 'NATO SECRET ' }],
  ['two spaces', { 2: 'NATO  SECRET' }],
  ['a no-break space', { 2: 'NATO\u00a0SECRET' }],
  ['a zero-width space', { 2: 'NATO SEC\u200bRET' }],
  ['a direction mark', { 2: 'NATO SECRET\u202e' }],
  ['a variation selector', { 2: 'NATO SECRET\ufe0f' }],
  ['a Hangul filler', { 2: 'NATO\u3164SECRET' }],
  ['a line feed', { 2: 'NATO SECRET\n' }],
  ['a private character', { 2: 'NATO \ue000' }],
  ['the separator of the written label', { 2: 'NATO SECRET//REL TO FRA' }],
  ['releasability out of order', { 5: ['NLD', 'EST'] }],
  ['releasability twice', { 5: ['EST', 'EST'] }],
  ['releasability in lower case', { 5: ['est'] }],
  ['compartments out of order', { 4: ['B', 'A'] }],
  ['caveats twice', { 6: ['A', 'A'] }],
  ['a comma in a caveat', { 6: ['A, B'] }],
])('%s is refused', (_, changes) => {
  expect(() => decodeAs(label, wire(changes))).toThrow(malformed)
})

describe('the written label', () => {
  test.each([
    [
      'NATO SECRET//REL TO EST, NLD',
      { policy: 'NATO', marking: 'NATO SECRET', releasability: ['EST', 'NLD'] },
    ],
    [
      'NATO:COSMIC TOP SECRET//COMP ATOMAL//REL TO NATO',
      { marking: 'COSMIC TOP SECRET', compartments: ['ATOMAL'] },
    ],
    ['FRA:TRÈS SECRET//REL TO nobody', { policy: 'FRA', releasability: [] }],
    [
      'EU:SECRET UE/EU SECRET//UNRESTRICTED//CAVEAT LIMITE',
      { releasability: 'unrestricted', caveats: ['LIMITE'] },
    ],
    ['AUS:OFFICIAL:Sensitive//UNRESTRICTED', { policy: 'AUS', marking: 'OFFICIAL:Sensitive' }],
    ['JPN:機密//REL TO KOR', { policy: 'JPN', marking: '機密' }],
  ])('%s', (line, found) => {
    expect(parseLabel(line, at)).toMatchObject(found)
    expect(printLabel(parseLabel(line, at))).toBe(line)
  })

  test('its names may be in any order', () => {
    expect(parseLabel('NATO SECRET//REL TO NLD, EST', at).releasability).toEqual(['EST', 'NLD'])
  })

  test.each([
    ['', 'nothing'],
    ['NATO SECRET', 'no releasability'],
    ['NATO SECRET//REL TO ', 'released to nothing'],
    ['NATO SECRET//REL TO NOBODY, nobody', 'nobody among others'],
    ['NATO SECRET//REL TO EST,NLD', 'no space'],
    ['NATO SECRET//REL TO est', 'lower case'],
    ['NATO SECRET//UNRESTRICTED//REL TO EST', 'both'],
    ['NATO SECRET//REL TO EST//COMP ATOMAL', 'out of order'],
    ['NATO SECRET//NOFORN//REL TO EST', 'an unnamed segment'],
    ['secret//UNRESTRICTED', 'no issuer'],
    ['NATO SECRET//UNRESTRICTED\n', 'a line feed'],
  ])('“%s” is refused: %s', (line) => {
    expect(() => parseLabel(line, at)).toThrow(expect.objectContaining({ code: 'bad-label' }) as Error)
  })
})

const id = fc.stringMatching(/^[A-Z][A-Z0-9-]{1,8}$/)
const words = fc.stringMatching(/^[A-ZÀ-ÖЀ-Я机密 /:.-]{1,20}$/u).filter((text) => {
  return (
    text === text.trim() && !text.includes('  ') && !text.includes('//') && text === text.normalize('NFC')
  )
})
const set = (item: fc.Arbitrary<string>) =>
  fc.uniqueArray(item, { maxLength: 4 }).map((all) => all.sort(compareNames))
const anyLabel: fc.Arbitrary<Label> = fc.record(
  {
    policy: id,
    marking: words,
    at: fc.nat(),
    compartments: set(words),
    releasability: fc.oneof(fc.constant('unrestricted' as const), set(id)),
    caveats: set(words),
    originator: id,
    reference: words,
    retainUntil: fc.nat(),
  },
  { requiredKeys: ['policy', 'marking', 'at', 'compartments', 'releasability', 'caveats'] },
)

test('every label survives the wire; and the line, but for what is not in it', () => {
  const holds = (any: Label) => {
    expect(decodeAs(label, encodeAs(label, any))).toEqual(any)
    const { policy, marking, at, compartments, releasability, caveats } = any
    const inLine = { policy, marking, at, compartments, releasability, caveats }
    expect(parseLabel(printLabel(any), at)).toEqual(inLine)
  }
  fc.assert(fc.property(anyLabel, holds), { numRuns: 2000 })
})

test('names are ordered by code point, as their UTF-8 bytes are', () => {
  const order = ['', 'A', 'AB', 'B', 'À', '機密', '\uffdc', '𠀀']
  const shuffled = order.toReversed().sort(compareNames)
  expect(shuffled).toEqual(order)
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  const holds = (a: string, b: string) => {
    expect(Math.sign(compareNames(a, b))).toBe(byBytes(a, b))
  }
  const text = fc.string({ unit: 'binary' })
  fc.assert(fc.property(text, text, holds), { numRuns: 2000 })
})
