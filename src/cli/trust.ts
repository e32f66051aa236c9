/** Answers for what a command believes: the registry's versions, accepted one after another from the pinned roots on. */
import { type Command, InvalidArgumentError } from 'commander'
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import type { Seconds } from '../../protocol/names.ts'
import { acceptFirst, acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { environment, readTrust, type Trust } from '../config.ts'
import { type GlobalOptions, UsageError } from './answer.ts'
import { readBytes } from './files.ts'

/** Options of every command that verifies. */
export interface TrustOptions extends GlobalOptions {
  readonly registry?: readonly string[]
  readonly roots?: string
}

export function trustOption(command: Command): Command {
  return command
    .option(
      '--registry <file>',
      'the registry; its first version, then --registry again for each later one (default: those of the data folder)',
      (file: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), file],
    )
    .option(
      '--roots <digest>',
      'the digest of the roots that are trusted (default: the one pinned in the data folder)',
      rootsIn,
    )
}

export function rootsIn(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new InvalidArgumentError(
    'It has 64 lower-case hexadecimal digits, as `pouch registry roots` prints them.',
  )
}

export function trustedDirectory(options: TrustOptions, now: Seconds): Directory {
  return directoryOf(trustedRegistry(options), now)
}

function trustOf({ registry, roots, data }: TrustOptions): Trust {
  if (registry === undefined && roots === undefined) return readTrust(environment(), data)
  if (registry === undefined || roots === undefined) {
    throw new UsageError('--registry and --roots go together: the registry file, and the digest of its roots')
  }
  return { pinnedRoots: roots, registryFiles: registry }
}

/** Throws as `acceptFirst` and `acceptNext`; freshness is asked by whoever looks something up in it. */
export function trustedRegistry(options: TrustOptions): VerifiedRegistry {
  const newest = trustedVersions(options).at(-1)
  if (newest === undefined) throw new UsageError('no registry file is named')
  return newest
}

/** All of them, the oldest first. Throws likewise. */
export function trustedVersions(options: TrustOptions): readonly VerifiedRegistry[] {
  const { pinnedRoots, registryFiles } = trustOf(options)
  const versions: VerifiedRegistry[] = []
  for (const bytes of registryFiles.map(readBytes)) {
    const held = versions.at(-1)
    versions.push(held === undefined ? acceptFirst(bytes, pinnedRoots) : acceptNext(bytes, held))
  }
  return versions
}

const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/

/** The only clock of the command line: seconds since 1970, or the time given with `option`; a day begins in UTC. */
export function timeOf(at: string | undefined, option = '--at'): Seconds {
  if (at === undefined) return Math.floor(Date.now() / 1000)
  const milliseconds = moment.test(at) ? Date.parse(at) : Number.NaN
  if (Number.isNaN(milliseconds)) throw new UsageError(`${option} takes a time such as 2026-11-23T12:00:00Z`)
  return Math.floor(milliseconds / 1000)
}
