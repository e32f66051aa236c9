/** Answers for receipts: the published COSE receipts through our structures, our own whole and damaged. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, type Tag } from '../../protocol/cbor.ts'
import { verificationKey } from '../../protocol/key.ts'
import { consistencySign1, inclusionSign1, rootMessage } from '../../protocol/ledger/cose-receipt.ts'
import { consistencyRoot, inclusionRoot, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { nodeHash } from '../../protocol/ledger/merkle.ts'
import { receipt, receiptChecks, receiptOrigin, verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { report } from '../../protocol/report.ts'
import { flipped, hex } from '../support/bytes.ts'
import { bodyOf, entries, origin, readerOf, signer } from '../support/ledger.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'

const refused: unknown = expect.objectContaining({ name: 'Rejected' })
const code = (name: string): unknown => expect.objectContaining({ code: name })

const set = vectors('cose-receipts')
const example = (name: string): CborValue =>
  decode(new Uint8Array(readFileSync(path.join(set ?? '', 'examples', name))))

const signedSet = vectors('cose-mldsa-rfc9964')
const signedExample = z.object({
  sign1: z.string(),
  raw_to_be_signed: z.string(),
  raw_public_key: z.string(),
})

test.skipIf(signedSet === undefined)(
  'RFC 9964: what a COSE_Sign1 signs is what we say, by a published key',
  () => {
    const row = signedExample.parse(
      readJson(path.join(signedSet ?? '', 'examples/cose/examples/ML_DSA_44.cose.json')),
    )
    const { value } = decode(hex(row.sign1)) as Tag
    const [protectedBytes, , payload, signature] = value as [Uint8Array, CborValue, Uint8Array, Uint8Array]
    const message = rootMessage(protectedBytes, payload)
    expect(toHex(message)).toBe(row.raw_to_be_signed)
    expect(verificationKey('ml-dsa-44', hex(row.raw_public_key)).verify(message, signature)).toBe(true)
    counted('RFC 9964 COSE_Sign1 by ML-DSA-44', [row])
  },
)

describe.skipIf(set === undefined)('RFC 9942 examples', () => {
  test('inclusion and consistency lead to one root; their keys are not published', () => {
    const inclusion = inclusionSign1.read(example('inclusion-receipt.cbor'), '$')
    const consistency = consistencySign1.read(example('consistency-receipt.cbor'), '$')
    const [included] = inclusion[1].vdp.proofs
    const [consistent] = consistency[1].vdp.proofs
    expect(included).toMatchObject({ size: 5, index: 3 })
    expect(consistent).toMatchObject({ first: 3, second: 5 })
    const [leaf2, leaf3, left] = consistent?.path ?? []
    if (included === undefined || consistent === undefined) throw new Error('no proof')
    if (leaf2 === undefined || leaf3 === undefined || left === undefined) throw new Error('path too short')
    const root = inclusionRoot(leaf3, included)
    expect(toHex(consistencyRoot(nodeHash(left, leaf2), consistent))).toBe(toHex(root))
    counted('RFC 9942 receipts', [inclusion, consistency])
  })

  test('their protected headers are not deterministic CBOR, and are refused by the profile', () => {
    const [protectedBytes] = inclusionSign1.read(example('inclusion-receipt.cbor'), '$')
    expect(() => decode(protectedBytes)).toThrow(code('malformed-cbor'))
  })
})

const at = 1_760_000_200
const made = entries(11)
const hashes = made.map(({ hash }) => hash)
const body = bodyOf(hashes)
const signed = signRoot(body, signer, at)
const leafOf = (index: number): Uint8Array => made[index]?.leaf ?? new Uint8Array(0)
const receiptOf = (index: number) =>
  receipt(signed, leafOf(index), proveInclusion(index, 11, readerOf(hashes)))
const good = receiptOf(6)
const verify = (bytes: Uint8Array) => verifyReceipt(bytes, signer.keys)

describe('receipt', () => {
  test('one signing of the root serves every entry under it', () => {
    for (let index = 0; index < 11; index++) {
      const found = verify(receiptOf(index))
      expect(found).toMatchObject({ origin, index, size: 11, at })
      expect([found.leaf, found.root].map(toHex)).toEqual([leafOf(index), body.root].map(toHex))
    }
  })

  test('says of which ledger it is, so that its keys can be found', () =>
    expect(receiptOrigin(good)).toBe(origin))

  test('the only entry of a ledger has one, with an empty path', () => {
    const [first] = made
    const [leaf, hash] = [first?.leaf ?? body.root, first?.hash ?? body.root]
    const only = signRoot(bodyOf([hash]), signer, at)
    expect(verify(receipt(only, leaf, { index: 0, size: 1, path: [] })).size).toBe(1)
  })

  test('one flipped bit anywhere is refused', () => {
    fc.assert(
      fc.property(fc.nat(8 * good.length - 1), (bit) => {
        expect(() => verify(flipped(good, bit))).toThrow(refused)
      }),
      { numRuns: 400 },
    )
    for (let bit = 0; bit < 8 * 300; bit++) expect(() => verify(flipped(good, bit))).toThrow(refused)
  })

  test('every truncation is refused', () => {
    for (let length = 0; length < good.length; length += 7)
      expect(() => verify(good.slice(0, length))).toThrow(refused)
  })

  test('of another leaf or place than the reader expects it is refused as bad-proof', () => {
    expect(verifyReceipt(good, signer.keys, { leaf: leafOf(6), index: 6 }).index).toBe(6)
    expect(() => verifyReceipt(good, signer.keys, { leaf: leafOf(5) })).toThrow(code('bad-proof'))
    expect(() => verifyReceipt(good, signer.keys, { index: 5 })).toThrow(code('bad-proof'))
  })

  test('a proof of another tree is our own error', () => {
    expect(() => receipt(signed, leafOf(0), proveInclusion(0, 10, readerOf(hashes)))).toThrow(RangeError)
    expect(() => signRoot({ ...body, origin: 'x' }, signer, at)).toThrow(RangeError)
  })

  test('the report names each check', () => {
    const outcomes = report(receiptChecks, (trace) => {
      verifyReceipt(good, { ...signer.keys, origin: 'x' }, {}, trace)
    })
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      ...['pass', 'pass', 'fail', 'not-reached', 'not-reached', 'not-reached', 'not-reached'],
    ])
  })
})
