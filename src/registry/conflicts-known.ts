/** Answers for the registry conflicts that this gateway found: which document it holds, which other one there is, and since when. */
import { documentDigestOf } from '../../protocol/registry.ts'
import type { Database } from '../database/open.ts'
import type { KnownConflict } from './conflict-view.ts'
import { registryConflicts } from './conflicts-table.ts'
import { registryVersion } from './versions-table.ts'

/** The oldest first. */
export async function conflictsKnown(database: Database): Promise<readonly KnownConflict[]> {
  const rows = await registryConflicts(database)
  const held = await heldDigests(database, new Set(rows.map(({ version }) => version)))
  return rows.map(({ document_digest: other, version, found_at: foundAt, gateway }) => {
    const own = held.get(version)
    if (own === undefined) throw new Error(`version ${version} conflicts, and is not held`)
    return { version, held: own, other, foundAt, ...(gateway !== null && { gateway }) }
  })
}

async function heldDigests(
  database: Database,
  versions: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const digests = new Map<number, Uint8Array>()
  for (const version of versions) {
    const bytes = await registryVersion(database, version)
    if (bytes !== undefined) digests.set(version, documentDigestOf(bytes))
  }
  return digests
}
