/** Answers for random values of the profile, and for encodings of them that are damaged on purpose. */
import fc from 'fast-check'
import { concat } from '../../protocol/bytes.ts'
import { type CborValue, encode, redacted, Tag } from '../../protocol/cbor.ts'
import { profile } from '../../protocol/scan.ts'

const edges = [24, 0x100, 0x1_0000, 0x8000_0000, 0x1_0000_0000, Number.MAX_SAFE_INTEGER].flatMap((edge) => [
  edge - 1,
  edge,
])
const integer = fc.oneof(
  fc.integer({ min: -30, max: 30 }),
  fc.maxSafeInteger(),
  fc.constantFrom(...edges, ...edges.map((edge) => -edge)).filter(Number.isSafeInteger),
)
const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: 'grapheme-ascii', maxLength: 400 }))
  .filter((value) => !value.startsWith('\ufeff'))
const bytes = fc.uint8Array({ maxLength: 300 })
const key = fc.oneof(integer, text, fc.constant(redacted))

/** Values of the profile, some ten items each. */
export const values: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true, maxDepth: 8 },
    integer,
    text,
    bytes,
    fc.constantFrom(true, false, null, redacted),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
    fc.tuple(fc.constantFrom(...profile.tags), tie('value')).map(([tag, value]) => new Tag(tag, value)),
  ),
})).value

const damages: readonly ((bytes: Uint8Array, at: number, byte: number) => Uint8Array)[] = [
  (bytes, at, byte) => bytes.with(at, byte),
  (bytes, at, byte) => bytes.with(at, (bytes[at] ?? 0) ^ (1 << (byte & 7))),
  (bytes, at, byte) => concat(bytes.subarray(0, at), Uint8Array.of(byte), bytes.subarray(at)),
  (bytes, at) => concat(bytes.subarray(0, at), bytes.subarray(at + 1)),
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, byte) => concat(bytes.subarray(0, at), bytes.subarray(at, at + byte), bytes.subarray(at)),
  // The same argument in the next longer form.
  (bytes, at) =>
    concat(
      bytes.subarray(0, at),
      Uint8Array.of(((bytes[at] ?? 0) & 0xe0) | 24, (bytes[at] ?? 0) & 0x1f),
      bytes.subarray(at + 1),
    ),
  (bytes, at) => concat(bytes.with(at, (bytes[at] ?? 0) | 0x1f), Uint8Array.of(0xff)),
]

/** An encoding of the profile with one to three damages, most of which make it another thing or nothing. */
export const damaged: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    values,
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom(...damages)), { minLength: 1, maxLength: 3 }),
  )
  .map(([value, changes]) => {
    let bytes = encode(value)
    for (const [at, byte, damage] of changes)
      if (bytes.length > 0) bytes = damage(bytes, at % bytes.length, byte)
    return bytes
  })
