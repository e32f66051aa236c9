/** Answers for ML-DSA in COSE (RFC 9964): the published keys, thumbprints and COSE_Sign1 messages, on both back ends. */
import path from 'node:path'
import * as cborg from 'cborg'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex, utf8 } from '../../protocol/bytes.ts'
import { decode, encode, type Tag } from '../../protocol/cbor.ts'
import { thumbprint } from '../../protocol/key.ts'
import { algorithms, headers, keyParameters, keyTypes, tags } from '../../protocol/numbers.ts'
import type { Suite } from '../../protocol/suite.ts'
import { backEnds } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { readJson, vectors } from '../support/vectors.ts'

const folder = vectors('cose-mldsa-rfc9964')
const text = z.string()
const published = z.object({
  ...{ priv: text, key: text, sign1: text },
  ...{ raw_to_be_signed: text, raw_signature: text, raw_public_key: text },
})

const parameterSets = [
  {
    file: 'ML_DSA_44.cose.json',
    algorithm: 'ml-dsa-44',
    alg: algorithms.mlDsa44,
    signer: (suite: Suite, seed: Uint8Array) => suite.mlDsa44Signer(seed),
    verifier: (suite: Suite, publicKey: Uint8Array) => suite.mlDsa44Verifier(publicKey),
  },
  {
    file: 'ML_DSA_65.cose.json',
    algorithm: 'ml-dsa-65',
    alg: algorithms.mlDsa65,
    signer: (suite: Suite, seed: Uint8Array) => suite.mlDsa65Signer(seed),
    verifier: (suite: Suite, publicKey: Uint8Array) => suite.mlDsa65Verifier(publicKey),
  },
] as const

describe.each(backEnds)('ML-DSA in COSE on $backEnd', (suite) => {
  describe.skipIf(folder === undefined).each(parameterSets)('$algorithm', (set) => {
    const v = published.parse(readJson(path.join(folder ?? '', 'examples/cose/examples', set.file)))
    const publicKey = hex(v.raw_public_key)

    test('the seed gives the published public key', () => {
      expect(set.signer(suite, hex(v.priv)).publicKey).toEqual(publicKey)
    })

    test('the key id is the thumbprint of the COSE_Key', () => {
      // The published COSE_Key has its labels out of deterministic order, which our own reader refuses.
      const members = cborg.decode(hex(v.key), { useMaps: true }) as ReadonlyMap<number, unknown>
      expect(members.get(keyParameters.kty)).toBe(keyTypes.akp)
      expect(members.get(keyParameters.alg)).toBe(set.alg)
      expect(members.get(keyParameters.pub)).toEqual(publicKey)
      expect(members.get(keyParameters.kid)).toEqual(hex(thumbprint(set.algorithm, publicKey)))
    })

    test('COSE_Sign1: Sig_structure and signature', () => {
      const message = decode(hex(v.sign1)) as Tag
      const [protectedBytes, , payload, signature] = message.value as [
        Uint8Array,
        unknown,
        Uint8Array,
        Uint8Array,
      ]
      const toBeSigned = encode(['Signature1', protectedBytes, new Uint8Array(0), payload])
      const header = decode(protectedBytes) as ReadonlyMap<number, unknown>
      expect(message.tag).toBe(tags.sign1)
      expect(header.get(headers.alg)).toBe(set.alg)
      expect(toHex(toBeSigned)).toBe(v.raw_to_be_signed)
      expect(toHex(signature)).toBe(v.raw_signature)
      const verifier = set.verifier(suite, publicKey)
      expect(verifier.verify(toBeSigned, signature)).toBe(true)
      expect(verifier.verify(utf8('another message'), signature)).toBe(false)
      console.info(`1 vectors: RFC 9964 ${set.algorithm} (${suite.backEnd})`)
    })
  })
})
