/** Answers for receipts that must be refused: each row one mutation, well signed where a signature would hide it. */
import { describe, expect, test } from 'vitest'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { rootMessage } from '../../protocol/ledger/cose-receipt.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { receipt, verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { flipped } from '../support/bytes.ts'
import { bodyOf, entries, origin, readerOf, signer } from '../support/ledger.ts'

const code = (name: string): unknown => expect.objectContaining({ code: name })

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
