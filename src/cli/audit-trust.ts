/** Answers for what an auditor believes of an export: the registry at hand, or the export's own versions from the pinned roots on. */
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import { atPlace, Rejected } from '../../protocol/errors.ts'
import { registryFile } from '../../protocol/ledger/export-format.ts'
import type { Seconds } from '../../protocol/names.ts'
import { acceptFirst, acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { environment, readTrust } from '../config.ts'
import { UsageError } from './answer.ts'
import { isExport, registryVersions } from './export-files.ts'
import { type TrustOptions, trustedDirectory } from './trust.ts'

/** With the digest of the roots alone, the registry is that of the export with the most versions. */
export function exportDirectory(folders: readonly string[], options: TrustOptions, now: Seconds): Directory {
  if (options.roots === undefined || options.registry !== undefined) return trustedDirectory(options, now)
  const { roots } = options
  const chains = folders.map((folder) => versionsIn(folder, roots))
  const newest = chains.toSorted((a, b) => b.length - a.length)[0]?.at(-1)
  if (newest === undefined) throw new UsageError('the export has no registry: name it with --registry')
  return directoryOf(newest, now)
}

/** Every version that the export holds, each following the one before it, the first from the pinned roots. */
export function exportVersions(folder: string, options: TrustOptions): readonly VerifiedRegistry[] {
  return versionsIn(folder, options.roots ?? readTrust(environment(), options.data).pinnedRoots)
}

function versionsIn(folder: string, pinnedRoots: string): readonly VerifiedRegistry[] {
  const chain: VerifiedRegistry[] = []
  for (const [file, bytes] of registryVersions(folder)) {
    const held = chain.at(-1)
    const next = atPlace(file, () =>
      held === undefined ? acceptFirst(bytes, pinnedRoots) : acceptNext(bytes, held),
    )
    if (registryFile(next.document.version) !== file)
      throw new Rejected('registry-rollback', `${file}: another version`)
    chain.push(next)
  }
  return chain
}

export function requireExport(folder: string): void {
  if (!isExport(folder)) throw new UsageError(`${folder} is no folder of a ledger export`)
}
