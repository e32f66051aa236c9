/** Answers for bad input to everything that reads wire objects: only ever `Rejected`, in bounded memory, and never accepted. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { concat, equal } from '../../protocol/bytes.ts'
import { type CborValue, encode, Tag } from '../../protocol/cbor.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { examine } from '../../protocol/examine.ts'
import { inspect } from '../../protocol/inspect.ts'
import { kindOf } from '../../protocol/kind.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { bombs } from '../support/cbor-bombs.ts'
import { damaged } from '../support/cbor-values.ts'
import { honestHeader, zeros } from '../support/forge.ts'
import { growth, mebibytes } from '../support/memory.ts'
import { acknowledgement, attestation, envelope, to } from '../support/objects.ts'
import { directory, nld, now, pinnedRoots, registry } from '../support/parties.ts'

const honest = [
  envelope({ documents: [zeros(1)], recipients: [to(nld)] }),
  attestation(),
  acknowledgement(),
  registry,
] as const
const examiner = { directory, now, openingKeys: [nld.opening] }

/** Gives whether it was taken for good. What only shows or names a file takes nothing for good. */
const readers: readonly { readonly name: string; readonly read: (bytes: Uint8Array) => boolean }[] = [
  { name: 'verify', read: (bytes) => verify(bytes, directory, now).id !== '' },
  { name: 'verifyAttestation', read: (bytes) => verifyAttestation(bytes, directory, now).id !== '' },
  { name: 'verifyAcknowledgement', read: (bytes) => verifyAcknowledgement(bytes, directory, now).at > 0 },
  { name: 'acceptFirst', read: (bytes) => acceptFirst(bytes, pinnedRoots).document.version > 0 },
  { name: 'kindOf', read: (bytes) => kindOf(bytes).length === 0 },
  { name: 'inspect', read: (bytes) => inspect(bytes, false).text === '' && bytes.length > 0 },
  { name: 'examine', read: (bytes) => examine(bytes, examiner).good },
]

/** An error that is not `Rejected` is thrown on. */
function accepted(read: (bytes: Uint8Array) => boolean, bytes: Uint8Array): boolean {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

const damages: readonly ((bytes: Uint8Array, at: number, byte: number, other: Uint8Array) => Uint8Array)[] = [
  (bytes, at, byte) => bytes.with(at, byte),
  (bytes, at, byte) => bytes.with(at, (bytes[at] ?? 0) ^ (1 << (byte & 7))),
  (bytes, at) => bytes.slice(0, at),
  (bytes, at, byte) => concat(bytes.subarray(0, at), Uint8Array.of(byte), bytes.subarray(at)),
  (bytes, at, byte) => concat(bytes.subarray(0, at), bytes.subarray(at + 1 + byte)),
  (bytes, at, byte) => concat(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - byte))),
  // Spliced with another object at the same place, or at its beginning.
  (bytes, at, _, other) => concat(bytes.subarray(0, at), other.subarray(at)),
  (bytes, at, _, other) => concat(bytes.subarray(0, at), other),
  // A length or tag in place of what is there.
  (bytes, at) =>
    concat(
      bytes.subarray(0, at),
      Uint8Array.of(0x9b, 0, 0x1f, 255, 255, 255, 255, 255, 255),
      bytes.subarray(at),
    ),
  (bytes, at) => concat(bytes.subarray(0, at), Uint8Array.of(0xd8, 0x33), bytes.subarray(at)),
  (bytes, at) => concat(bytes.subarray(0, at), new Uint8Array(40).fill(0x81), bytes.subarray(at)),
]
/** Most of the structure of an object is at its beginning. */
const place = fc.oneof(fc.nat(800), fc.nat(30_000))
const mutated = fc
  .tuple(
    fc.constantFrom(...honest),
    fc.constantFrom(...honest),
    fc.array(fc.tuple(place, fc.nat(255), fc.constantFrom(...damages)), { minLength: 1, maxLength: 3 }),
  )
  .map(([bytes, other, changes]) => {
    let whole: Uint8Array = bytes
    for (const [at, byte, damage] of changes)
      if (whole.length > 0) whole = damage(whole, at % whole.length, byte, other)
    return whole
  })
  .filter((bytes) => !honest.some((each) => equal(each, bytes)))
const input = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }) },
  { weight: 1, arbitrary: damaged },
)

describe.each(readers)('$name', ({ name, read }) => {
  test('refuses damaged, spliced and random input, and only refuses', () => {
    const runs = 3000
    let most = 0
    const start = performance.now()
    fc.assert(
      fc.property(input, (bytes) => {
        most = Math.max(
          most,
          growth(() => expect(accepted(read, bytes)).toBe(false)),
        )
      }),
      { numRuns: runs },
    )
    const milliseconds = (performance.now() - start).toFixed(0)
    console.info(
      `${runs} bad inputs to ${name}: none accepted, ${milliseconds} ms in all, at most ${mebibytes(most)} more heap for one`,
    )
    expect(most).toBeLessThan(16 * 1024 * 1024)
  })

  test('is not blown up, by itself or in header, payload, recipients or signatures', () => {
    const tried = bombs.flatMap(({ name: what, bytes }) => placed(bytes).map((whole) => ({ what, whole })))
    let [most, slowest] = [0, 0]
    for (const { what, whole } of tried) {
      const start = performance.now()
      most = Math.max(
        most,
        growth(() => expect(accepted(read, whole), what).toBe(false)),
      )
      slowest = Math.max(slowest, performance.now() - start)
    }
    console.info(
      `${tried.length} bombs to ${name}: slowest ${slowest.toFixed(0)} ms, at most ${mebibytes(most)} more heap for one`,
    )
    expect(most).toBeLessThan(64 * 1024 * 1024)
  })
})

/** The bomb alone, and in each byte string of an envelope that is read as CBOR; as much of it as fits. */
function placed(bomb: Uint8Array): readonly Uint8Array[] {
  const part = bomb.length > 4_000_000 ? bomb.subarray(0, 4_000_000) : bomb
  const header = encode(honestHeader())
  const sealed = (protectedBytes: CborValue, recipients: CborValue) =>
    encode(new Tag(96, [protectedBytes, new Map([[5, zeros(12)]]), zeros(32), recipients]))
  const signature = [part, new Map(), zeros(64)]
  const none = new Map<CborValue, CborValue>()
  return [
    bomb,
    encode(new Tag(98, [part, none, zeros(1), [signature]])),
    encode(new Tag(98, [header, none, part, [signature]])),
    encode(new Tag(98, [header, none, sealed(part, []), [signature]])),
    encode(
      new Tag(98, [header, none, sealed(encode(new Map([[1, 3]])), [[part, none, zeros(48)]]), [signature]]),
    ),
  ]
}
