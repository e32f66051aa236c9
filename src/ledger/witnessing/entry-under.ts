/**
 * Answers for whether an entry lies under a witnessed checkpoint: where its row says that it stands, the signed root holds
 * its leaf, and the leaf commits to key, fingerprint and record of the row. Whoever writes to the database can make a row
 * that agrees with itself, but not one that leads to this root.
 */
import { Rejected } from '../../../protocol/errors.ts'
import { leafHash } from '../../../protocol/ledger/merkle.ts'
import { verifyInclusion } from '../../../protocol/ledger/merkle-proof.ts'
import type { Database } from '../../database/open.ts'
import type { StoredEntry } from '../entries-table.ts'
import { proveRow } from '../row-proof.ts'
import { inclusionAt } from '../store.ts'
import type { WitnessedCheckpoint } from './witnessed.ts'

export async function isUnder(
  database: Database,
  entry: StoredEntry,
  { size, root }: WitnessedCheckpoint,
): Promise<boolean> {
  try {
    proveRow(entry)
    verifyInclusion(leafHash(entry.leaf), await inclusionAt(database, entry.index, size), root)
    return true
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}
