/** Answers for ledger entries: the leaf that chains to the one before it and commits to a record it does not show (entry.md). */
import { suite } from '#suite'
import { concat, equal } from '../bytes.ts'
import { encode } from '../cbor.ts'
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import { leafHash } from './merkle.ts'
import { fieldNames, type LedgerRecord, recordBytes } from './record.ts'
import { entryKeyLength, type SaltedBytes, saltAt, saltBytes, saltsOf } from './salting.ts'

/** What a ledger is: the first entry chains to the SHA-256 of this. */
export const descriptor = is.record({
  origin: is.field('origin', is.text()),
  ed25519: is.field('ed25519', is.bytes(32)),
  mlDsa44: is.field('mlDsa44', is.bytes(1312)),
  created: is.field('created', is.seconds),
  /** The last known checkpoint of the ledger that this one continues. */
  successorOf: is.optional(
    'successorOf',
    is.record({
      origin: is.field('origin', is.text()),
      size: is.field('size', is.unsigned),
      root: is.field('root', is.bytes(32)),
    }),
  ),
})

export type LedgerDescriptor = is.Of<typeof descriptor>

const leafCodec = is.tuple(is.oneOf(1), is.bytes(32), is.bytes(32))

export interface Leaf {
  readonly previous: Uint8Array
  readonly commitment: Uint8Array
}

export interface Entry {
  readonly leaf: Uint8Array
  /** RFC 9162 leaf hash: what the tree appends and what the next entry names as its previous. */
  readonly hash: Uint8Array
}

/** A fresh key for one record. Deleting it leaves the leaf, the tree and every receipt valid, and the record unprovable. */
export function newEntryKey(): Uint8Array {
  return suite.randomBytes(entryKeyLength)
}

/** What the first entry names as its previous. */
export function genesisHash(ledger: LedgerDescriptor): Uint8Array {
  return suite.sha256(is.encodeAs(descriptor, ledger))
}

/** `previous` is the hash of the entry before, or `genesisHash`. */
export function makeEntry(previous: Uint8Array, record: LedgerRecord, key: Uint8Array): Entry {
  return chain(previous, commit(record, key))
}

/** Sequencing alone: the commitment does not depend on the entry before, so it can be made ahead. */
export function chain(previous: Uint8Array, commitment: Uint8Array): Entry {
  const leaf = concat(leafStart, previous, commitmentStart, commitment)
  return { leaf, hash: leafHash(leaf) }
}

// [1, h'…32', h'…32'] in deterministic CBOR has these bytes and no others.
const leafStart = Uint8Array.of(0x83, 0x01, 0x58, 0x20)
const commitmentStart = Uint8Array.of(0x58, 0x20)

/** The RFC 9162 root over the record's salted fields. */
export function commit(record: LedgerRecord, key: Uint8Array): Uint8Array {
  return saltRecord(record, key).commitment
}

/** A record under its key, hashed once: what it is committed and disclosed by. */
export interface SaltedRecord extends SaltedBytes {
  readonly record: LedgerRecord
}

export function saltRecord(record: LedgerRecord, key: Uint8Array): SaltedRecord {
  return { record, ...saltBytes(recordBytes(record), saltsOf(key)) }
}

/** Throws `broken-chain` when the key and record are not those that the leaf commits to. */
export function verifyRecord(leaf: Uint8Array, record: LedgerRecord, key: Uint8Array): void {
  const { commitment } = parseLeaf(leaf)
  if (!equal(commitment, commit(record, key))) {
    throw new Rejected('broken-chain', 'the leaf commits to another record')
  }
}

/** Throws `broken-chain` unless the leaf continues from `previous`; gives the hash for the next one. */
export function verifyLink(leaf: Uint8Array, previous: Uint8Array): Uint8Array {
  if (!equal(parseLeaf(leaf).previous, previous)) {
    throw new Rejected('broken-chain', 'the entry names another one before it')
  }
  return leafHash(leaf)
}

export function parseLeaf(leaf: Uint8Array): Leaf {
  if (isLeaf(leaf)) return { previous: leaf.subarray(4, 36), commitment: leaf.subarray(38) }
  // Whatever is wrong with it, the reader of CBOR says best.
  const [, previous, commitment] = is.decodeAs(leafCodec, leaf, 'leaf')
  return { previous, commitment }
}

/** Deterministic CBOR of [1, h'…32', h'…32'] has these bytes and no others. */
function isLeaf(leaf: Uint8Array): boolean {
  const heads = leaf[0] === 0x83 && leaf[1] === 1 && leaf[2] === 0x58 && leaf[3] === 0x20
  return heads && leaf[36] === 0x58 && leaf[37] === 0x20 && leaf.length === 70
}

export function fieldHashes(record: LedgerRecord, key: Uint8Array): readonly Uint8Array[] {
  const { node } = saltRecord(record, key)
  return fieldNames.map((_, i) => node(0, i))
}

/** The salts in the order of the fields; showing one tells nothing of the others. */
export function fieldSalts(key: Uint8Array): readonly Uint8Array[] {
  const salts = saltsOf(key)
  return fieldNames.map((_, i) => saltAt(salts, i))
}

const encodedNames = fieldNames.map((name) => encode(name))
const fieldStart = Uint8Array.of(0x83, 0x58, 0x20)

/** [salt, name, value] in deterministic CBOR. */
export function fieldLeaf(index: number, salt: Uint8Array, value: Uint8Array): Uint8Array {
  const name = encodedNames[index]
  if (name === undefined) throw new RangeError(`no field ${index}`)
  return concat(fieldStart, salt, name, value)
}
