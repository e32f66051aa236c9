/** Answers for the commitment of a record as bytes: the record is read and hashed as it lies, and nothing is encoded again. */
import { equal } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { parseLeaf } from './entry.ts'
import { type LedgerRecord, parseRecord } from './record.ts'
import { saltBytes, saltsOf } from './salting.ts'

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
  return saltBytes(record, saltsOf(key)).commitment
}
