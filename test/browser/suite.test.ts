/** Answers for the protocol's cryptography running in a browser, and for a browser and a server understanding each other. */
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { recipientInfo, unwrapKey, wrapKey } from '../../protocol/hpke.ts'
import { xWingDecapsulator, xWingEncapsulator } from '../../protocol/xwing.ts'
import { native } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'
import { startChromium } from './chromium.ts'
import { bundle, runInChromium } from './harness.ts'
import type { Input, Output } from './suite-in-browser.ts'

const browser = await startChromium()
afterAll(() => browser?.close())

const entry = path.join(import.meta.dirname, 'suite-in-browser.ts')
const folder = vectors('xwing')
const vectorFile = z.array(z.object({ seed: z.string(), pk: z.string(), ct: z.string(), ss: z.string() }))
const published =
  folder === undefined ? [] : vectorFile.parse(readJson(path.join(folder, 'spec/test-vectors.json')))

test.skipIf(browser === undefined)('browser and server sign, wrap and seal for each other', async () => {
  if (browser === undefined) return
  const [seed, message] = [native.randomBytes(32), native.randomBytes(1000)]
  const own = xWingDecapsulator(native.randomBytes(32))
  const key = native.randomBytes(32)
  const info = recipientInfo(utf8('recipient'), utf8('extra'))
  const wrapped = wrapKey(xWingEncapsulator(xWingDecapsulator(seed).publicKey), info, key)
  const schemes = ['ed25519', 'mlDsa65', 'mlDsa44'] as const
  const input: Input = {
    xwing: counted('X-Wing (browser)', published),
    message: toHex(message),
    seed: toHex(seed),
    publicKey: toHex(own.publicKey),
    wrapped: { ek: toHex(wrapped.ek), wrapped: toHex(wrapped.wrapped) },
    signatures: schemes.map((scheme) => ({
      scheme,
      signature: toHex(native[`${scheme}Signer`](seed).sign(message)),
    })),
  }

  const output = (await runInChromium(browser, entry, input)) as Output

  expect(output.backEnd).toBe('noble')
  expect(output.xwing).toEqual(published.map(({ pk, ss }) => ({ pk, ss })))
  expect(output.verified).toEqual([true, true, true])
  expect(output.refused).toEqual([true, true, true])
  for (const { scheme, signature, publicKey } of output.signatures) {
    expect(publicKey).toBe(toHex(native[`${scheme}Signer`](seed).publicKey))
    expect(native[`${scheme}Verifier`](hex(publicKey)).verify(message, hex(signature))).toBe(true)
  }
  expect(output.unwrapped).toBe(toHex(key))
  expect(unwrapKey(own, hex(output.wrapped.ek), info, hex(output.wrapped.wrapped))).toEqual(seed)
  expect(native.aes256GcmOpen(seed, seed.subarray(0, 12), message, hex(output.sealed))).toEqual(message)
})

test('the bundle for a browser is whole, and makes no code out of text', async () => {
  const script = await bundle(entry)
  expect(script).not.toMatch(/\beval\(|new Function\b/)
  console.info(`${Math.round(script.length / 1024)} KiB: suite, X-Wing and HPKE bundled for a browser`)
})
