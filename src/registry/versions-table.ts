/** Answers for the table of registry versions: every one that this gateway ever adopted, as signed. */
import type { Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'

export interface RegistryVersionRow {
  readonly version: number
  readonly digest: Uint8Array
  readonly bytes: Uint8Array
  readonly adopted_at: Seconds
}

export async function insertRegistryVersions(
  tx: Transaction,
  rows: readonly RegistryVersionRow[],
): Promise<void> {
  await tx.insertInto('registry_versions').values(rows).execute()
}

/** The first version held and all that follow it. */
export async function registryVersionsFrom(
  database: Database,
  version: number,
): Promise<readonly RegistryVersionRow[]> {
  return database
    .selectFrom('registry_versions')
    .selectAll()
    .where('version', '>=', version)
    .orderBy('version')
    .execute()
}

export async function registryVersion(database: Database, version: number): Promise<Uint8Array | undefined> {
  const row = await database
    .selectFrom('registry_versions')
    .select('bytes')
    .where('version', '=', version)
    .executeTakeFirst()
  return row?.bytes
}
