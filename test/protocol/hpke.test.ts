/** Answers for HPKE: the key schedule on published vectors, and the profile's ciphersuite against another implementation. */
import path from 'node:path'
import fc from 'fast-check'
import * as hpke from 'hpke'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { equal, toHex } from '../../protocol/bytes.ts'
import { keySchedule, suiteId } from '../../protocol/hpke-schedule.ts'
import type { Suite } from '../../protocol/suite.ts'
import { backEnds, native, noble, over } from '../support/back-ends.ts'
import { flipped, hex } from '../support/bytes.ts'
import { ciphersuite, decapsulate } from '../support/hpke-suites.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const hpkeOver = (suite: Suite) =>
  over(suite, async () => ({
    ...(await import('../../protocol/hpke.ts')),
    ...(await import('../../protocol/xwing.ts')),
  }))

const text = z.string()
const number = z.number()
const encryption = z.object({ aad: text, ct: text, nonce: text, pt: text })
const vector = z.object({
  ...{ mode: z.union([z.literal(0), z.literal(1)]), kem_id: number, kdf_id: number, aead_id: number },
  ...{ info: text, psk: text.default(''), psk_id: text.default('') },
  ...{ skRm: text, enc: text, shared_secret: text, suite_id: text.optional() },
  ...{ key: text, base_nonce: text, exporter_secret: text, encryptions: z.array(encryption).min(1) },
})
type Vector = z.infer<typeof vector>
type Inputs = readonly [ek: Uint8Array, info: Uint8Array, wrapped: Uint8Array]

function load(set: string, file: string): Vector[] | undefined {
  const folder = vectors(set)
  return folder === undefined ? undefined : z.array(vector).parse(readJson(path.join(folder, file)))
}

const sets = [
  { set: 'RFC 9180', rows: load('rfc9180', 'rfc9180_base_psk_subset.json') },
  { set: 'HPKE with post-quantum KEMs', rows: load('hpke-pq', 'test-vectors.json') },
]

function passesKeySchedule(suite: Suite, v: Vector): void {
  const tried = ciphersuite(suite, v.kem_id, v.kdf_id, v.aead_id)
  const [info, psk, pskId] = [hex(v.info), hex(v.psk), hex(v.psk_id)]
  const secrets = keySchedule(tried)({ mode: v.mode, sharedSecret: hex(v.shared_secret), info, psk, pskId })
  if (v.suite_id !== undefined) expect(toHex(suiteId(tried))).toBe(v.suite_id)
  expect(toHex(secrets.key)).toBe(v.key)
  expect(toHex(secrets.baseNonce)).toBe(v.base_nonce)
  expect(toHex(secrets.exporterSecret)).toBe(v.exporter_secret)
  for (const { aad, ct, nonce, pt } of v.encryptions) {
    expect(toHex(tried.aead.seal(secrets.key, hex(nonce), hex(aad), hex(pt)))).toBe(ct)
    expect(toHex(tried.aead.open(secrets.key, hex(nonce), hex(aad), hex(ct)) ?? hex(''))).toBe(pt)
  }
}

describe.each(backEnds)('HPKE on $backEnd', (suite) => {
  test.for(sets)('key schedule and AEAD: $set', ({ set, rows }, { skip }) => {
    if (rows === undefined) return skip(`no vectors: ${set}`)
    for (const row of counted(`key schedule, ${set} (${suite.backEnd})`, rows)) passesKeySchedule(suite, row)
  })

  test('X-Wing as the KEM 0x647a of HPKE', async ({ skip }) => {
    const rows = sets.flatMap(({ rows }) => rows ?? []).filter(({ kem_id }) => kem_id === 0x647a)
    if (rows.length === 0) return skip('no vectors')
    const { xWingDecapsulator } = await hpkeOver(suite)
    for (const { skRm, enc, shared_secret } of counted(`KEM 0x647a (${suite.backEnd})`, rows)) {
      expect(toHex(xWingDecapsulator(hex(skRm)).decapsulate(hex(enc)))).toBe(shared_secret)
    }
  })

  test('the hpke package opens what we wrap, and wraps what we open', async () => {
    const { wrapKey, unwrapKey, xWingDecapsulator, xWingEncapsulator } = await hpkeOver(suite)
    const theirs = new hpke.CipherSuite(hpke.KEM_MLKEM768_X25519, hpke.KDF_SHAKE256, hpke.AEAD_AES_256_GCM)
    for (let round = 0; round < 10; round++) {
      const [seed, info, key] = [suite.randomBytes(32), suite.randomBytes(7 * round), suite.randomBytes(32)]
      const opener = xWingDecapsulator(seed)
      const secretKey = await theirs.DeserializePrivateKey(seed, false)
      const publicKey = await theirs.DeserializePublicKey(opener.publicKey)

      const ours = wrapKey(xWingEncapsulator(opener.publicKey), info, key)
      const recipient = await theirs.SetupRecipient(secretKey, ours.ek, { info })
      expect(await recipient.Open(ours.wrapped)).toEqual(key)

      const { encapsulatedSecret, ctx } = await theirs.SetupSender(publicKey, { info })
      expect(unwrapKey(opener, encapsulatedSecret, info, await ctx.Seal(key))).toEqual(key)
    }
  })
})

test('the KEMs used to try other ciphersuites give the published secrets', async ({ skip }) => {
  const rows = sets.flatMap(({ rows }) => rows ?? [])
  if (rows.length === 0) return skip('no vectors')
  for (const { kem_id, skRm, enc, shared_secret } of counted('HPKE KEMs (hpke package)', rows)) {
    expect(toHex(await decapsulate(kem_id, hex(skRm), hex(enc)))).toBe(shared_secret)
  }
})

test('each back end unwraps what the other wrapped; one changed bit anywhere, and neither does', async () => {
  const [a, b] = [await hpkeOver(native), await hpkeOver(noble)]
  const seed = native.randomBytes(32)
  const openers = [a.xWingDecapsulator(seed), b.xWingDecapsulator(seed)] as const
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const infos = fc.uint8Array({ minLength: 1, maxLength: 300 })
  const property = fc.property(bytes(32), infos, fc.nat(), (key, info, bit) => {
    for (const { wrapKey, xWingEncapsulator } of [a, b]) {
      const { ek, wrapped } = wrapKey(xWingEncapsulator(openers[0].publicKey), info, key)
      const tries: readonly { expected: Uint8Array | undefined; inputs: Inputs }[] = [
        { expected: key, inputs: [ek, info, wrapped] },
        { expected: undefined, inputs: [flipped(ek, bit), info, wrapped] },
        { expected: undefined, inputs: [ek, flipped(info, bit), wrapped] },
        { expected: undefined, inputs: [ek, info, flipped(wrapped, bit)] },
        { expected: undefined, inputs: [ek, info, wrapped.subarray(1)] },
        { expected: undefined, inputs: [ek.subarray(1), info, wrapped] },
      ]
      for (const { expected, inputs } of tries) {
        expect(a.unwrapKey(openers[0], ...inputs)).toEqual(expected)
        expect(b.unwrapKey(openers[1], ...inputs)).toEqual(expected)
      }
    }
  })
  fc.assert(property, { numRuns: 20 })
})

test('two wraps of one key share no bytes', async () => {
  const { wrapKey, xWingDecapsulator, xWingEncapsulator } = await hpkeOver(native)
  const recipient = xWingEncapsulator(xWingDecapsulator(native.randomBytes(32)).publicKey)
  const [first, second] = [0, 1].map(() => wrapKey(recipient, new Uint8Array(1), new Uint8Array(32)))
  expect(equal(first?.ek ?? hex(''), second?.ek ?? hex(''))).toBe(false)
  expect(equal(first?.wrapped ?? hex(''), second?.wrapped ?? hex(''))).toBe(false)
})
