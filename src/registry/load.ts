/**
 * Answers for the registry at start: the versions adopted before, verified again from the pinned roots on, and then the
 * configured files that follow them. The database is not believed; it only saves fetching the versions again.
 */
import { suite } from '#suite'
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptFirst, acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { type Adopter, enterAdoption } from './adopt.ts'
import { type HeldRegistry, holdRegistry } from './held.ts'
import { registryVersionsFrom } from './versions-table.ts'

export interface RegistrySources {
  readonly pinnedRoots: string
  /** The configured files, the oldest version first. */
  readonly files: readonly Uint8Array[]
}

/** Throws `registry-threshold`, `registry-rollback`, `bad-signature`. An expired registry is held and refuses every look-up. */
export async function loadRegistry(
  loader: Omit<Adopter, 'registry'>,
  { pinnedRoots, files }: RegistrySources,
): Promise<HeldRegistry> {
  const adopted = await registryVersionsFrom(loader.database, 0)
  const known = [...adopted.map(({ digest }) => digest)]
  const fresh = files.filter((file) => !known.some((digest) => equal(digest, suite.sha256(file))))
  let held = chain(
    adopted.map(({ bytes }) => bytes),
    pinnedRoots,
  )
  for (const file of fresh) {
    held = held === undefined ? acceptFirst(file, pinnedRoots) : acceptNext(file, held)
    await enterAdoption(loader, held)
  }
  if (held === undefined) throw new Rejected('registry-threshold', 'no registry file is configured')
  return holdRegistry(held)
}

function chain(versions: readonly Uint8Array[], pinnedRoots: string): VerifiedRegistry | undefined {
  const [first, ...later] = versions
  if (first === undefined) return undefined
  return later.reduce((held, bytes) => acceptNext(bytes, held), acceptFirst(first, pinnedRoots))
}
