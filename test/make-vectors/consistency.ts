/** Answers for how test/vectors/consistency.json was made: once, and frozen. Run it to make another. */
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import { consistencyReceipt } from '../../protocol/ledger/consistency-receipt.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { flipped } from '../support/bytes.ts'
import { bodyOf, entries, readerOf, signer, treeRoot } from '../support/ledger.ts'
import { changedReceipts, ledgerRow, refusedAlike, refusedReceipt, writeVectors } from './frozen.ts'

const at = 1_760_000_100
const hashes = entries(7).map(({ hash }) => hash)
const signed = signRoot(bodyOf(hashes), signer, at)
const firstRoot = (size: number): Uint8Array => treeRoot(hashes.slice(0, size))
const proofFrom = (size: number) => proveConsistency(size, 7, readerOf(hashes))
const good = consistencyReceipt(signed, firstRoot(3), proofFrom(3))

const changed = (change: Parameters<typeof changedReceipts>[1]) => changedReceipts(good, change)
const withProof = (first: number, second: number, hashPath: readonly Uint8Array[]): CborValue =>
  new Map([[396, new Map([[-2, [encode([first, second, [...hashPath]])]]])]])
const { path: pathFromThree } = proofFrom(3)

writeVectors('consistency', {
  about:
    'Consistency receipts (protocol/ledger/consistency.md) in hexadecimal, of one ledger of seven entries.',
  ledger: ledgerRow,
  accept: [1, 3, 4, 6].map((size) => ({
    name: `from ${size}`,
    receipt: toHex(consistencyReceipt(signed, firstRoot(size), proofFrom(size))),
    ...{ first: size, firstRoot: toHex(firstRoot(size)), second: 7, root: toHex(signed.root), at },
  })),
  refuse: [
    ...refusedAlike(good, 'pouch-receipt-v1').map((row) => refusedReceipt(...row)),
    refusedReceipt(
      'another first root',
      'bad-proof',
      changed((_, file) => file.set('first', firstRoot(4))),
    ),
    refusedReceipt(
      'another first size',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(2, 7, pathFromThree)))),
    ),
    refusedReceipt(
      'another second size',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(3, 8, pathFromThree)))),
    ),
    refusedReceipt(
      'a hash left out',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = withProof(3, 7, pathFromThree.slice(1))))),
    ),
    refusedReceipt(
      'another signature',
      'bad-signature',
      changed((sign1s) => sign1s.forEach((each) => (each[3] = flipped(each[3], 0)))),
    ),
    refusedReceipt('a byte left over', 'malformed-cbor', Uint8Array.of(...good, 0)),
  ],
})
