/** Answers for the table of registry conflicts: documents that the roots signed beside those held, as they came. */
import type { Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'

export interface RegistryConflictRow {
  /** Of the document: the same one with other signatures is the same conflict. */
  readonly document_digest: Uint8Array
  readonly version: number
  readonly bytes: Uint8Array
  readonly found_at: Seconds
}

export async function insertRegistryConflicts(
  tx: Transaction,
  rows: readonly RegistryConflictRow[],
): Promise<void> {
  await tx.insertInto('registry_conflicts').values(rows).execute()
}

export async function registryConflicts(database: Database): Promise<readonly RegistryConflictRow[]> {
  return database
    .selectFrom('registry_conflicts')
    .selectAll()
    .orderBy('found_at')
    .orderBy('document_digest')
    .execute()
}
