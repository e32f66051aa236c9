/** Answers for X-Wing: the draft's vectors on both back ends, and each back end opening what the other made. */
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex } from '../../protocol/bytes.ts'
import type { Suite } from '../../protocol/suite.ts'
import { backEnds, native, noble, over } from '../support/back-ends.ts'
import { flipped, hex } from '../support/bytes.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const xWingOver = (suite: Suite) => over(suite, () => import('../../protocol/xwing.ts'))

const folder = vectors('xwing')
const vectorFile = z.array(z.object({ seed: z.string(), pk: z.string(), ct: z.string(), ss: z.string() }))
const published =
  folder === undefined ? [] : vectorFile.parse(readJson(path.join(folder, 'spec/test-vectors.json')))

describe.each(backEnds)('X-Wing on $backEnd', (suite) => {
  test.skipIf(folder === undefined)('the draft’s vectors', async () => {
    const { xWingDecapsulator } = await xWingOver(suite)
    for (const { seed, pk, ct, ss } of counted(`X-Wing (${suite.backEnd})`, published)) {
      const decapsulator = xWingDecapsulator(hex(seed))
      expect(toHex(decapsulator.publicKey)).toBe(pk)
      expect(toHex(decapsulator.decapsulate(hex(ct)))).toBe(ss)
    }
  })

  test('keys and ciphertexts of another size or value are refused', async () => {
    const { xWingDecapsulator, xWingEncapsulator, xWingSizes } = await xWingOver(suite)
    const decapsulator = xWingDecapsulator(new Uint8Array(32))
    expect(() => xWingDecapsulator(new Uint8Array(31))).toThrow('bad-key')
    expect(() => xWingEncapsulator(decapsulator.publicKey.subarray(1))).toThrow('bad-key')
    expect(() => xWingEncapsulator(new Uint8Array(xWingSizes.publicKey).fill(0xff))).toThrow('bad-key')
    for (const length of [0, 1119, 1121]) {
      expect(() => decapsulator.decapsulate(new Uint8Array(length))).toThrow('cannot-open')
    }
  })

  test('a caller that overwrites its bytes later changes no imported key', async () => {
    const { xWingDecapsulator, xWingEncapsulator } = await xWingOver(suite)
    const seed = suite.randomBytes(32)
    const decapsulator = xWingDecapsulator(seed)
    const publicKey = decapsulator.publicKey.slice()
    const encapsulator = xWingEncapsulator(publicKey)
    seed.fill(0)
    publicKey.fill(0)
    const { ciphertext, sharedSecret } = encapsulator.encapsulate()
    expect(decapsulator.decapsulate(ciphertext)).toEqual(sharedSecret)
  })
})

test('each back end opens what the other made, and rejects the same changed ciphertext with the same secret', async () => {
  const [a, b] = [await xWingOver(native), await xWingOver(noble)]
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const property = fc.property(seeds, fc.nat({ max: 1120 * 8 - 1 }), (seed, bit) => {
    const [mine, other] = [a.xWingDecapsulator(seed), b.xWingDecapsulator(seed)]
    expect(other.publicKey).toEqual(mine.publicKey)
    for (const { xWingEncapsulator } of [a, b]) {
      const { ciphertext, sharedSecret } = xWingEncapsulator(mine.publicKey).encapsulate()
      expect(mine.decapsulate(ciphertext)).toEqual(sharedSecret)
      expect(other.decapsulate(ciphertext)).toEqual(sharedSecret)
      const changed = flipped(ciphertext, bit)
      expect(mine.decapsulate(changed)).not.toEqual(sharedSecret)
      expect(other.decapsulate(changed)).toEqual(mine.decapsulate(changed))
    }
  })
  fc.assert(property, { numRuns: 40 })
})
