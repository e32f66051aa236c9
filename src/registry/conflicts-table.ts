/** Answers for the table of registry conflicts: documents that the roots signed beside those held, as they came. */
import type { Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'

export interface RegistryConflictRow {
  /** Of the document: the same one with other signatures is the same conflict. */
  readonly document_digest: Uint8Array
  readonly version: number
  readonly bytes: Uint8Array
  readonly found_at: Seconds
  /** The address of the gateway that brought it first; null when the agency did, or nobody knows. */
  readonly gateway: string | null
}

export async function insertRegistryConflicts(
  tx: Transaction,
  rows: readonly RegistryConflictRow[],
): Promise<void> {
  await tx.insertInto('registry_conflicts').values(rows).execute()
}

/** Without the documents, which are long. */
export async function registryConflicts(
  database: Database,
): Promise<readonly Omit<RegistryConflictRow, 'bytes'>[]> {
  return database
    .selectFrom('registry_conflicts')
    .select(['document_digest', 'version', 'found_at', 'gateway'])
    .orderBy('found_at')
    .orderBy('document_digest')
    .execute()
}

export async function conflictingRegistry(
  database: Database,
  documentDigest: Uint8Array,
): Promise<Uint8Array | undefined> {
  const row = await database
    .selectFrom('registry_conflicts')
    .select('bytes')
    .where('document_digest', '=', documentDigest)
    .executeTakeFirst()
  return row?.bytes
}
