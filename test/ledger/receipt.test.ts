/** Answers for receipts: the published COSE receipts through our structures, our own whole and damaged, one row a check. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { verificationKey } from '../../protocol/key.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { consistencySign1, inclusionSign1, rootMessage } from '../../protocol/ledger/cose-receipt.ts'
import { consistencyRoot, inclusionRoot, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { nodeHash } from '../../protocol/ledger/merkle.ts'
import {
  receipt,
  receiptChecks,
  receiptOrigin,
  signRoot,
  verifyReceipt,
} from '../../protocol/ledger/receipt.ts'
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
      ...['pass', 'pass', 'fail', 'not-reached', 'not-reached', 'not-reached'],
    ])
  })
})

type Sign1 = [Uint8Array, CborValue, CborValue, Uint8Array]

/** The receipt with its parts changed and encoded again. */
function changed(
  change: (parts: { leaf: Uint8Array; sign1s: [Sign1, Sign1]; file: Map<string, CborValue> }) => void,
): Uint8Array {
  const file = new Map(decode(good) as ReadonlyMap<string, CborValue>)
  const sign1s = (file.get('receipts') as Uint8Array[]).map((bytes) => {
    const { value } = decode(bytes) as Tag
    return [...(value as Sign1)] as Sign1
  }) as [Sign1, Sign1]
  const parts = { leaf: file.get('leaf') as Uint8Array, sign1s, file }
  change(parts)
  parts.file.set('leaf', parts.leaf)
  parts.file.set(
    'receipts',
    parts.sign1s.map((sign1) => encode(new Tag(18, sign1))),
  )
  return encode(parts.file)
}

function header(bytes: Uint8Array, label: number, value: CborValue): Uint8Array {
  return encode(new Map([...(decode(bytes) as ReadonlyMap<number, CborValue>), [label, value]]))
}

function proof(index: number, size: number, hashPath: readonly Uint8Array[]): CborValue {
  return new Map([[396, new Map([[-1, [encode([size, index, hashPath])]]])]])
}

const { path: goodPath } = proveInclusion(6, 11, readerOf(hashes))
/** Well signed, but over a header that another ledger or size would have. */
function resigned(by: LedgerSigner, label: number, value: CborValue): Uint8Array {
  return changed(({ sign1s }) => {
    for (const [i, sign1] of sign1s.entries()) {
      sign1[0] = header(sign1[0], label, value)
      sign1[3] = by.pair[i]?.sign(rootMessage(sign1[0], body.root)) ?? sign1[3]
    }
  })
}

describe('refusals', () => {
  test.each([
    { name: 'nothing changed', refusal: undefined, bytes: changed(() => undefined) },
    {
      name: 'another type',
      refusal: 'malformed-structure',
      bytes: changed(({ file }) => file.set('type', 'pouch-receipt-v2')),
    },
    {
      name: 'a further member',
      refusal: 'malformed-structure',
      bytes: changed(({ file }) => file.set('x', 1)),
    },
    {
      name: 'a payload that is not detached',
      refusal: 'malformed-structure',
      bytes: changed(({ sign1s }) => (sign1s[0][2] = body.root)),
    },
    {
      name: 'two proofs',
      refusal: 'malformed-structure',
      bytes: changed(
        ({ sign1s }) =>
          (sign1s[0][1] = new Map([
            [396, new Map([[-1, [encode([11, 6, goodPath]), encode([11, 6, goodPath])]]])],
          ])),
      ),
    },
    {
      name: 'a hash of 31 bytes',
      refusal: 'malformed-structure',
      bytes: changed(({ sign1s }) => (sign1s[0][1] = proof(6, 11, [new Uint8Array(31)]))),
    },
    { name: 'another kind of tree', refusal: 'malformed-structure', bytes: resigned(signer, 395, 2) },
    { name: 'a further header', refusal: 'malformed-structure', bytes: resigned(signer, 3, 'text/plain') },
    {
      name: 'the algorithms exchanged',
      refusal: 'wrong-algorithm',
      bytes: changed(({ sign1s }) => sign1s.reverse()),
    },
    { name: 'ES256 for an algorithm', refusal: 'wrong-algorithm', bytes: resigned(signer, 1, -7) },
    { name: 'another key id', refusal: 'unknown-key', bytes: resigned(signer, 4, new Uint8Array(32)) },
    {
      name: 'another ledger, well signed',
      refusal: 'unknown-key',
      bytes: resigned(
        signer,
        15,
        new Map<number, CborValue>([
          [1, 'x'],
          [6, at],
        ]),
      ),
    },
    {
      name: 'another size in the proof, with the same path and root',
      refusal: 'bad-proof',
      bytes: changed(({ sign1s }) => sign1s.forEach((sign1) => (sign1[1] = proof(6, 12, goodPath)))),
    },
    { name: 'another signed size', refusal: 'bad-proof', bytes: resigned(signer, -65544, 12) },
    {
      name: 'places that differ',
      refusal: 'bad-proof',
      bytes: changed(({ sign1s }) => (sign1s[1][1] = proof(5, 11, goodPath))),
    },
    {
      name: 'a path too short',
      refusal: 'bad-proof',
      bytes: changed(({ sign1s }) => (sign1s[0][1] = proof(6, 11, goodPath.slice(1)))),
    },
    {
      name: 'an index at the size',
      refusal: 'bad-proof',
      bytes: changed(({ sign1s }) => (sign1s[0][1] = proof(11, 11, goodPath))),
    },
    { name: 'another leaf', refusal: 'bad-signature', bytes: changed((parts) => (parts.leaf = leafOf(5))) },
    {
      name: 'the children of an inner node for a leaf',
      refusal: 'bad-signature',
      bytes: changed((parts) => (parts.leaf = new Uint8Array([...(hashes[6] ?? []), ...(hashes[7] ?? [])]))),
    },
    {
      name: 'the time changed',
      refusal: 'bad-signature',
      bytes: changed(
        ({ sign1s }) =>
          (sign1s[1][0] = header(
            sign1s[1][0],
            15,
            new Map<number, CborValue>([
              [1, origin],
              [6, at + 1],
            ]),
          )),
      ),
    },
    {
      name: 'a damaged Ed25519 signature',
      refusal: 'bad-signature',
      bytes: changed(({ sign1s }) => (sign1s[0][3] = flipped(sign1s[0][3], 9))),
    },
    {
      name: 'a damaged ML-DSA-44 signature',
      refusal: 'bad-signature',
      bytes: changed(({ sign1s }) => (sign1s[1][3] = flipped(sign1s[1][3], 9))),
    },
    { name: 'more than 64 KiB', refusal: 'too-large', bytes: new Uint8Array(65_537) },
  ])('$name: $refusal', ({ bytes, refusal }) => {
    if (refusal === undefined) expect(() => verify(bytes)).not.toThrow()
    else expect(() => verify(bytes)).toThrow(code(refusal))
  })
})
