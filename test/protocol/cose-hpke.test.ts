/** Answers for COSE-HPKE: the published messages open, HPKE-9-KE through exactly the functions that envelopes use. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fromUtf8, utf8 } from '../../protocol/bytes.ts'
import { decode } from '../../protocol/cbor.ts'
import type { Suite } from '../../protocol/suite.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { openCose, secretOf } from '../support/cose-hpke.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const text = z.string()
const none = new Uint8Array(0)

const draft25 = z.object({
  psk: text,
  tests: z.array(
    z.object({
      ...{ label: text, cose_key: text, external_aad: text, recipient_extra_info_or_info: text },
      ...{ hpke_aad: text, plaintext: text, cose_hex: text },
    }),
  ),
})
const postQuantum = z.array(z.object({ alg: text, key: text, hex: text }))

function load<T>(set: string, file: string, schema: z.ZodType<T>): T | undefined {
  const folder = vectors(set)
  return folder === undefined ? undefined : schema.parse(readJson(path.join(folder, file)))
}

const classical = load('cose-hpke-draft25', 'testvectors.parsed.json', draft25)
const pq = load('cose-hpke-pq', 'examples/cose-vectors.json', postQuantum)

// The file of the post-quantum messages does not state these.
const externalAad = utf8('The Fellowship of the Ring')
const plaintextStart = 'You can trust us to stick with you'

const productionOver = (suite: Suite) =>
  over(suite, async () => ({
    ...(await import('../../protocol/codec.ts')),
    ...(await import('../../protocol/cose.ts')),
    ...(await import('../../protocol/hpke.ts')),
    ...(await import('../../protocol/xwing.ts')),
  }))

describe.each(backEnds)('COSE-HPKE on $backEnd', (suite) => {
  test.skipIf(classical === undefined)('HPKE-0 to HPKE-7, base and PSK', async () => {
    for (const v of counted(`COSE-HPKE draft 25 (${suite.backEnd})`, classical?.tests ?? [])) {
      const supplied = {
        externalAad: utf8(v.external_aad),
        info: utf8(v.recipient_extra_info_or_info),
        hpkeAad: utf8(v.hpke_aad),
        psk: hex(classical?.psk ?? ''),
      }
      const opened = await openCose(suite, hex(v.cose_hex), secretOf(hex(v.cose_key)), supplied)
      expect(opened && fromUtf8(opened), v.label).toBe(v.plaintext)
    }
  })

  test.skipIf(pq === undefined)('HPKE-8 to HPKE-13', async () => {
    for (const v of counted(`COSE-HPKE PQ (${suite.backEnd})`, pq ?? [])) {
      const supplied = { externalAad, info: none, hpkeAad: none, psk: none }
      const opened = await openCose(suite, hex(v.hex), secretOf(hex(v.key)), supplied)
      expect(opened && fromUtf8(opened).startsWith(plaintextStart), v.alg).toBe(true)
    }
  })

  test.skipIf(pq === undefined)('HPKE-9-KE through the structures of the profile', async () => {
    const {
      coseEncrypt,
      decodeAs,
      encStructure,
      recipientInfo,
      recipientProtected,
      unwrapKey,
      xWingDecapsulator,
    } = await productionOver(suite)
    const found = (pq ?? []).filter(({ alg }) => alg === 'HPKE-9-KE')
    for (const v of counted(`HPKE-9-KE (${suite.backEnd})`, found)) {
      const opener = xWingDecapsulator(secretOf(hex(v.key)))
      const publicKey: unknown = decode(hex(v.key))
      expect(publicKey instanceof Map && publicKey.get(-1)).toEqual(opener.publicKey)
      const [, { iv }, ciphertext, recipients] = decodeAs(coseEncrypt, hex(v.hex))
      expect(recipients).toHaveLength(1)
      for (const [{ kid }, { ek }, wrapped] of recipients) {
        const key = unwrapKey(opener, ek, recipientInfo(recipientProtected(kid), none), wrapped)
        const opened = key && suite.aes256GcmOpen(key, iv, encStructure(externalAad), ciphertext)
        expect(opened && fromUtf8(opened).startsWith(plaintextStart)).toBe(true)
      }
    }
  })
})
