/** Answers for how test/vectors/{entry,checkpoint,receipt}.json were made: once, and frozen. Run it to make others. */
import { toBase64, toHex } from '../../protocol/bytes.ts'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { discloseField } from '../../protocol/ledger/disclosure.ts'
import { commit, descriptor as descriptorCodec, genesisHash, makeEntry } from '../../protocol/ledger/entry.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { formatProof } from '../../protocol/ledger/proof.ts'
import { receipt } from '../../protocol/ledger/receipt.ts'
import { signRoot } from '../../protocol/ledger/signed-root.ts'
import { fieldNames, recordBytes } from '../../protocol/ledger/record.ts'
import { flipped } from '../support/bytes.ts'
import {
  bodyOf,
  descriptor,
  entries,
  fullRecord,
  keyOf,
  origin,
  readerOf,
  signer,
  smallRecord,
} from '../support/ledger.ts'
import { changedReceipts, ledgerRow, refusedAlike, refusedReceipt, writeVectors } from './frozen.ts'

const genesis = genesisHash(descriptor)
const first = makeEntry(genesis, smallRecord, keyOf(1))
const second = makeEntry(first.hash, fullRecord, keyOf(2))

const entryRow = (name: string, previous: Uint8Array, record: typeof smallRecord, key: Uint8Array) => {
  const { leaf, hash } = makeEntry(previous, record, key)
  const disclosures = fieldNames.map((field) => ({
    field,
    disclosure: toHex(discloseField(record, key, field)),
  }))
  return {
    ...{ name, previous: toHex(previous), key: toHex(key), record: toHex(recordBytes(record)) },
    ...{ commitment: toHex(commit(record, key)), leaf: toHex(leaf), hash: toHex(hash), disclosures },
  }
}

const secondRow = entryRow('every field', first.hash, fullRecord, keyOf(2))
const refusedEntry = (name: string, code: string, change: Partial<typeof secondRow>) => {
  const { previous, key, record, leaf } = { ...secondRow, ...change }
  return { name, code, previous, key, record, leaf }
}

writeVectors('entry', {
  about:
    'Ledger entries of profile 1 (protocol/ledger/entry.md), bytes in hexadecimal. The first row continues the descriptor. Refused: by the link, the record, or a disclosure.',
  descriptor: toHex(encodeAs(descriptorCodec, descriptor)),
  genesisHash: toHex(genesis),
  accept: [entryRow('genesis', genesis, smallRecord, keyOf(1)), secondRow],
  refuse: [
    refusedEntry('another entry before it', 'broken-chain', { previous: toHex(genesis) }),
    refusedEntry('another record', 'broken-chain', {
      record: toHex(recordBytes({ ...fullRecord, at: fullRecord.at + 1 })),
    }),
    refusedEntry('a field missing', 'broken-chain', { record: toHex(recordBytes(smallRecord)) }),
    refusedEntry('another key', 'broken-chain', { key: toHex(flipped(keyOf(2), 0)) }),
    refusedEntry('a bit of the commitment', 'broken-chain', { leaf: toHex(flipped(second.leaf, 559)) }),
    refusedEntry('a version 2', 'malformed-structure', { leaf: toHex(second.leaf.with(1, 2)) }),
    refusedEntry('a byte left over', 'malformed-cbor', { leaf: `${toHex(second.leaf)}00` }),
    refusedEntry('an event of no list', 'malformed-structure', {
      record: toHex(
        encode(
          new Map<string, CborValue>([
            ['at', 1],
            ['actor', 'EST'],
            ['event', 'deletion'],
          ]),
        ),
      ),
    }),
  ],
  refuseDisclosure: [
    {
      name: 'of another entry',
      code: 'bad-proof',
      leaf: toHex(first.leaf),
      disclosure: toHex(discloseField(fullRecord, keyOf(2), 'actor')),
    },
    {
      name: 'of another key',
      code: 'bad-proof',
      leaf: toHex(second.leaf),
      disclosure: toHex(discloseField(fullRecord, keyOf(3), 'actor')),
    },
    {
      name: 'another value',
      code: 'bad-proof',
      leaf: toHex(second.leaf),
      disclosure: toHex(discloseField({ ...fullRecord, actor: 'NLD' }, keyOf(2), 'actor')),
    },
  ],
})

const at = 1_760_000_100
const made = entries(7)
const hashes = made.map(({ hash }) => hash)
const body = bodyOf(hashes)
const note = signCheckpoint(body, signer, at)
const [ed25519 = '', mlDsa44 = ''] = note.split('\n').slice(-3, -1)
const text = note.slice(0, note.indexOf('\n\n') + 1)
const other = signCheckpoint({ ...body, size: 8 }, signer, at)

writeVectors('checkpoint', {
  about:
    'Checkpoints of profile 1 (protocol/ledger/checkpoint.md): signed notes as text, keys and roots in hexadecimal.',
  ledger: ledgerRow,
  accept: [
    { name: 'seven entries', note, size: 7, root: toHex(body.root), at },
    {
      name: 'a line of an unknown key',
      note: `${note}\u2014 witness.example/w ${toBase64(new Uint8Array(76))}\n`,
      size: 7,
      root: toHex(body.root),
      at,
    },
  ],
  refuse: [
    { name: 'Ed25519 alone', code: 'missing-signature', note: `${text}\n${ed25519}\n` },
    { name: 'ML-DSA-44 alone', code: 'missing-signature', note: `${text}\n${mlDsa44}\n` },
    { name: 'no time', code: 'missing-signature', note: signCheckpoint(body, signer, 0) },
    { name: 'another size', code: 'bad-signature', note: note.replace('\n7\n', '\n8\n') },
    {
      name: 'signatures of another checkpoint',
      code: 'bad-signature',
      note: text + other.slice(other.indexOf('\n\n') + 1),
    },
    { name: 'another origin', code: 'bad-note', note: note.replace(origin, 'nld.example/ledger') },
    { name: 'an extension line', code: 'bad-note', note: note.replace('\n\n', '\nextension\n\n') },
    { name: 'a size with a leading zero', code: 'bad-note', note: note.replace('\n7\n', '\n07\n') },
    { name: 'no last newline', code: 'bad-note', note: note.slice(0, -1) },
  ],
})

const signed = signRoot(body, signer, at)
const leafOf = (index: number): Uint8Array => made[index]?.leaf ?? new Uint8Array(0)
const receiptOf = (index: number) =>
  receipt(signed, leafOf(index), proveInclusion(index, 7, readerOf(hashes)))
const good = receiptOf(3)
const facts = (index: number) => ({ index, size: 7, root: toHex(body.root), leaf: toHex(leafOf(index)), at })

const changed = (change: Parameters<typeof changedReceipts>[1]) => changedReceipts(good, change)
const inclusion = (index: number, size: number): CborValue => {
  const { path: hashPath } = proveInclusion(3, 7, readerOf(hashes))
  return new Map([[396, new Map([[-1, [encode([size, index, hashPath])]]])]])
}
const proof = formatProof({ ...proveInclusion(3, 7, readerOf(hashes)), checkpoint: note, extra: leafOf(3) })

writeVectors('receipt', {
  about:
    'Receipts (protocol/ledger/receipt.md) in hexadecimal, and tlog-proof files (protocol/ledger/proof.md) as text, of one ledger of seven entries.',
  ledger: ledgerRow,
  accept: [0, 3, 6].map((index) => ({
    name: `entry ${index}`,
    receipt: toHex(receiptOf(index)),
    ...facts(index),
  })),
  refuse: [
    ...refusedAlike(good, 'pouch-receipt-v2').map((row) => refusedReceipt(...row)),
    refusedReceipt(
      'another size, where the path is the same',
      'bad-proof',
      changed((sign1s) => sign1s.forEach((each) => (each[1] = inclusion(3, 8)))),
    ),
    refusedReceipt(
      'two places',
      'bad-proof',
      changed((sign1s) => sign1s.slice(1).forEach((each) => (each[1] = inclusion(2, 7)))),
    ),
    refusedReceipt(
      'another leaf',
      'bad-signature',
      changed((_, file) => file.set('leaf', leafOf(2))),
    ),
    refusedReceipt(
      'another signature',
      'bad-signature',
      changed((sign1s) => sign1s.forEach((each) => (each[3] = flipped(each[3], 0)))),
    ),
    refusedReceipt('a byte left over', 'malformed-cbor', Uint8Array.of(...good, 0)),
  ],
  acceptProof: [{ name: 'entry 3', proof, ...facts(3) }],
  refuseProof: [
    { name: 'another index', code: 'bad-proof', proof: proof.replace('index 3', 'index 2') },
    {
      name: 'another leaf',
      code: 'bad-proof',
      proof: proof.replace(toBase64(leafOf(3)), toBase64(leafOf(2))),
    },
    { name: 'an index with a leading zero', code: 'bad-note', proof: proof.replace('index 3', 'index 03') },
    { name: 'Ed25519 alone', code: 'missing-signature', proof: proof.replace(`${mlDsa44}\n`, '') },
  ],
})
