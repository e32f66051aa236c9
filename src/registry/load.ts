/**
 * Answers for the registry at start: the versions adopted before, verified again from the pinned roots on, and then the
 * configured files that follow them. The database is not believed; it only saves fetching the versions again.
 */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptFirst, acceptNext, documentDigestOf, type VerifiedRegistry } from '../../protocol/registry.ts'
import type { Database } from '../database/open.ts'
import { registryVersionsFrom } from './versions-table.ts'

export interface RegistrySources {
  readonly pinnedRoots: string
  /** The configured files, the oldest version first. */
  readonly files: readonly Uint8Array[]
}

export interface LoadedRegistry {
  readonly current: VerifiedRegistry
  /** Those before it, the oldest first. */
  readonly before: readonly VerifiedRegistry[]
  /** Versions from the files that are not entered yet, in order: `enterAdoption` each before the gateway serves. */
  readonly unentered: readonly VerifiedRegistry[]
}

/** Throws `untrusted-roots`, `registry-threshold`, `registry-rollback`, `bad-signature`. Whether it is fresh is asked at each look-up. */
export async function loadRegistry(
  database: Database,
  { pinnedRoots, files }: RegistrySources,
): Promise<LoadedRegistry> {
  const adopted = await registryVersionsFrom(database, 0)
  const held = adopted.map(({ bytes }) => documentDigestOf(bytes))
  // A copy of the same document may carry the signatures of other root signers.
  const isHeld = (file: Uint8Array) => held.some((digest) => equal(digest, documentDigestOf(file)))
  const chain = accepted(
    [...adopted.map(({ bytes }) => bytes), ...files.filter((file) => !isHeld(file))],
    pinnedRoots,
  )
  const current = chain.at(-1)
  if (current === undefined) throw new Rejected('untrusted-roots', 'no registry file is configured')
  return { current, before: chain.slice(0, -1), unentered: chain.slice(adopted.length) }
}

function accepted(versions: readonly Uint8Array[], pinnedRoots: string): readonly VerifiedRegistry[] {
  const chain: VerifiedRegistry[] = []
  for (const bytes of versions) {
    const held = chain.at(-1)
    chain.push(held === undefined ? acceptFirst(bytes, pinnedRoots) : acceptNext(bytes, held))
  }
  return chain
}
