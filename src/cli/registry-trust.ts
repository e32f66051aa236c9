/** Answers for `pouch registry trust`: the first version by the digest of its roots, each later one by the one before. */
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { acceptFirst, acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { changeSettings, environment, type Place, readPlace, readTrust } from '../config.ts'
import { acting, type GlobalOptions, UsageError } from './answer.ts'
import { makeFolder, readBytes, writeNew } from './files.ts'
import { described } from './registry-shown.ts'
import { rootsIn, trustedRegistry } from './trust.ts'

interface RootsOptions extends GlobalOptions {
  readonly roots?: string
}

const firstFile = 'registry.cose'

export function trustCommand(): Command {
  return new Command('trust')
    .summary('pin the roots and the registry in the data folder')
    .description(
      'Accept the first registry by the digest of its roots, and keep both in the data folder. Without --roots, accept ' +
        'the version that follows the one held.',
    )
    .argument('<file>', 'registry, - for standard input')
    .option('--roots <digest>', 'for the first registry: the digest that the signers read out', rootsIn)
    .addHelpText('after', '\nExample:\n  pouch registry trust registry.cose --roots 5d2f… --data est')
    .action(
      acting<RootsOptions>(({ data, roots }, [file = '']) => {
        const place = readPlace(environment(), data)
        const bytes = readBytes(file)
        const { document } =
          roots === undefined
            ? keepNext(place, bytes, trustedRegistry({ data: place.dataFolder }))
            : keepFirst(place, bytes, roots)
        return described(document, `trusted in ${place.dataFolder}`)
      }),
    )
}

function keepFirst(place: Place, bytes: Uint8Array, roots: string): VerifiedRegistry {
  const accepted = acceptFirst(bytes, roots)
  const file = path.join(place.dataFolder, firstFile)
  if (existsSync(file)) {
    throw new UsageError(
      `${file} is trusted already; leave --roots out to accept the version that follows it`,
    )
  }
  makeFolder(place.dataFolder)
  writeNew(file, bytes)
  changeSettings(place, { pinnedRoots: roots })
  return accepted
}

/** The file comes first, then the setting that names it: a crash between them leaves a file that nobody reads, and the next run replaces. */
export function keepNext(place: Place, bytes: Uint8Array, before: VerifiedRegistry): VerifiedRegistry {
  const accepted = acceptNext(bytes, before)
  const { registryFiles } = readTrust(environment(), place.dataFolder)
  const file = path.join(place.dataFolder, `registry-${accepted.document.version}.cose`)
  rmSync(file, { force: true })
  writeNew(file, bytes)
  const names = [...registryFiles, file].map((each) => path.relative(place.dataFolder, each))
  changeSettings(place, { registryFiles: names })
  return accepted
}
