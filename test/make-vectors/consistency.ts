/** Answers for how test/vectors/consistency.json was made: once, and frozen. Run it to make another. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { consistencyReceipt } from '../../protocol/ledger/consistency-receipt.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { signRoot } from '../../protocol/ledger/receipt.ts'
import { flipped } from '../support/bytes.ts'
import { bodyOf, entries, origin, readerOf, signer, treeRoot } from '../support/ledger.ts'

const at = 1_760_000_100
const hashes = entries(7).map(({ hash }) => hash)
const signed = signRoot(bodyOf(hashes), signer, at)
const firstRoot = (size: number): Uint8Array => treeRoot(hashes.slice(0, size))
const proofFrom = (size: number) => proveConsistency(size, 7, readerOf(hashes))
const good = consistencyReceipt(signed, firstRoot(3), proofFrom(3))

type Sign1 = [Uint8Array, CborValue, CborValue, Uint8Array]

function changed(change: (sign1s: Sign1[], file: Map<string, CborValue>) => void): Uint8Array {
  const file = new Map(decode(good) as ReadonlyMap<string, CborValue>)
  const sign1s = (file.get('receipts') as Uint8Array[]).map(
    (bytes) => [...((decode(bytes) as Tag).value as Sign1)] as Sign1,
  )
  change(sign1s, file)
  const receipts = sign1s.map((sign1) => encode(new Tag(18, sign1)))
  return encode(file.set('receipts', receipts))
}

const withProof = (first: number, second: number, hashPath: readonly Uint8Array[]): CborValue =>
  new Map([[396, new Map([[-2, [encode([first, second, [...hashPath]])]]])]])
const refused = (name: string, code: string, bytes: Uint8Array) => ({ name, code, receipt: toHex(bytes) })
const { path: pathFromThree } = proofFrom(3)

const vectors = {
  about:
    'Consistency receipts (protocol/ledger/consistency.md) in hexadecimal, of one ledger of seven entries.',
  ledger: { origin, ed25519: toHex(signer.keys.ed25519.bytes), mlDsa44: toHex(signer.keys.mlDsa44.bytes) },
  accept: [1, 3, 4, 6].map((size) => ({
    name: `from ${size}`,
    receipt: toHex(consistencyReceipt(signed, firstRoot(size), proofFrom(size))),
    ...{ first: size, firstRoot: toHex(firstRoot(size)), second: 7, root: toHex(signed.root), at },
  })),
  refuse: [
    refused(
      'the algorithms exchanged',
      'wrong-algorithm',
      changed((sign1s) => sign1s.reverse()),
    ),
    refused(
      'one receipt',
      'malformed-structure',
      changed((sign1s) => sign1s.pop()),
    ),
    refused(
      'another type',
      'malformed-structure',
      changed((_, file) => file.set('type', 'pouch-receipt-v1')),
    ),
    refused(
      'another first root',
      'bad-proof',
      changed((_, file) => file.set('first', firstRoot(4))),
    ),
    refused(
      'another first size',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(2, 7, pathFromThree)))),
    ),
    refused(
      'another second size',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(3, 8, pathFromThree)))),
    ),
    refused(
      'a hash left out',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(3, 7, pathFromThree.slice(1))))),
    ),
    refused(
      'another signature',
      'bad-signature',
      changed((sign1s) => sign1s.forEach((each) => (each[3] = flipped(each[3], 0)))),
    ),
    refused('a byte left over', 'malformed-cbor', Uint8Array.of(...good, 0)),
  ],
}

const file = path.resolve(import.meta.dirname, '../vectors/consistency.json')
writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
