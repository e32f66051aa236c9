/**
 * Answers for the commitment of a record as bytes: in deterministic CBOR a field's name and value lie side by side, in the
 * order in which fields are committed, so that they are hashed where they lie and nothing is encoded again.
 */
import { suite } from '#suite'
import { concat, equal } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { Rejected } from '../errors.ts'
import { mapEntries } from '../scan.ts'
import { fieldSalts, parseLeaf } from './entry.ts'
import { emptyTree, growFlat, rootOfTree } from './flat-tiles.ts'
import { hashLength } from './merkle.ts'
import { fieldNames, type LedgerRecord, parseRecord } from './record.ts'

/** Throws `broken-chain` when the key and record are not those that the leaf commits to; else gives the record. */
export function verifyRecordBytes(leaf: Uint8Array, bytes: Uint8Array, key: Uint8Array): LedgerRecord {
  const record = parseRecord(bytes)
  if (!equal(parseLeaf(leaf).commitment, commitBytes(bytes, key))) {
    throw new Rejected('broken-chain', 'the leaf commits to another record')
  }
  return record
}

/** The same as `commit` of the record that the bytes encode. */
export function commitBytes(record: Uint8Array, key: Uint8Array): Uint8Array {
  const fields = mapEntries(record)
  const hashes = new Uint8Array(fieldNames.length * hashLength)
  let next = 0
  for (const [i, salt] of fieldSalts(key).entries()) {
    const field = fields[next]
    const present = field !== undefined && startsWith(field, encodedNames[i])
    if (present) next++
    hashes.set(suite.sha256(present ? concat(start, salt, field) : absent(i, salt)), i * hashLength)
  }
  if (next !== fields.length) throw new Rejected('malformed-structure', 'record: no further labels expected')
  return rootOfTree(growFlat(emptyTree, hashes).tree)
}

const encodedNames = fieldNames.map((name) => encode(name))
/** A leaf of the tree, and [salt, name, value] up to the salt. */
const start = Uint8Array.of(0, 0x83, 0x58, 0x20)
// Hashing is synchronous and keeps nothing, so that one buffer serves every field that is absent in the same place.
const absentFields = encodedNames.map((name) => concat(start, new Uint8Array(32), name, Uint8Array.of(0xf6)))

function absent(i: number, salt: Uint8Array): Uint8Array {
  const field = absentFields[i]
  if (field === undefined) throw new RangeError(`no field ${i}`)
  field.set(salt, start.length)
  return field
}

function startsWith(bytes: Uint8Array, name: Uint8Array | undefined): boolean {
  return name?.every((byte, i) => bytes[i] === byte) === true
}
