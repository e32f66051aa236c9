import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode } from '../../protocol/cbor.ts'
import { Rejected } from '../../protocol/errors.ts'
import { decodeLenient } from '../../protocol/lenient.ts'
import { profile } from '../../protocol/scan.ts'
import { bombs } from '../support/cbor-bombs.ts'
import { damaged } from '../support/cbor-values.ts'
import { growth, mebibytes } from '../support/memory.ts'

/** Whether it was accepted; an error that is not `Rejected` is thrown on. */
function accepted(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    read(bytes)
    return true
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

const headByte = fc.constantFrom(
  ...[
    0x18, 0x19, 0x1a, 0x1b, 0x3b, 0x5a, 0x5b, 0x5f, 0x7a, 0x7f, 0x81, 0x9a, 0x9b, 0x9f, 0xa1, 0xba, 0xbf,
    0xd2, 0xd8, 0xd9, 0xf8, 0xf9, 0xfb, 0xff,
  ],
)
const mixed = fc
  .array(fc.oneof(headByte, fc.nat(255)), { maxLength: 400 })
  .map((bytes) => Uint8Array.from(bytes))
const inputs = fc.oneof(fc.uint8Array({ maxLength: 2000 }), mixed, damaged)

describe.each([
  { reader: 'the gate', read: (bytes: Uint8Array) => decode(bytes), room: 16 },
  // It makes values until it refuses; the most it may make are 65,536 items and one message's bytes, some of them twice.
  { reader: 'the lenient reader', read: (bytes: Uint8Array) => decodeLenient(bytes), room: 64 },
])('$reader', ({ reader, read, room }) => {
  test('only ever refuses bad input, in bounded memory', () => {
    const runs = 20_000
    let most = 0
    let passed = 0
    const start = performance.now()
    fc.assert(
      fc.property(inputs, (bytes) => {
        most = Math.max(
          most,
          growth(() => (passed += Number(accepted(read, bytes)))),
        )
      }),
      { numRuns: runs },
    )
    console.info(
      `${runs} bad inputs to ${reader}: ${passed} harmless, ${(performance.now() - start).toFixed(0)} ms in all, at most ${mebibytes(most)} more heap for one`,
    )
    expect(most).toBeLessThan(room * 1024 * 1024)
  })

  test('is not blown up', () => {
    const cost = bombs.map(({ name, bytes }) => {
      const start = performance.now()
      const bytesMore = growth(() => accepted(read, bytes))
      return { name, milliseconds: performance.now() - start, bytesMore }
    })
    const slowest = cost.reduce((a, b) => (b.milliseconds > a.milliseconds ? b : a))
    const largest = cost.reduce((a, b) => (b.bytesMore > a.bytesMore ? b : a))
    console.info(
      `${cost.length} bombs to ${reader}: slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.name}), ` +
        `largest ${mebibytes(largest.bytesMore)} (${largest.name})`,
    )
    expect(largest.bytesMore).toBeLessThan(room * 1024 * 1024)
  })
})

test('the gate refuses every bomb but the long keys', () => {
  const passed = bombs.filter(({ bytes }) => accepted(decode, bytes))
  expect(passed.map(({ name }) => name)).toEqual(['long keys that begin alike'])
})

test('a message cut off at any byte is refused', () => {
  for (const { name, bytes } of bombs.filter(({ bytes }) => bytes.length < profile.bytes / 1000)) {
    for (let end = 0; end < bytes.length; end++)
      expect(accepted(decode, bytes.subarray(0, end)), name).toBe(false)
  }
})
