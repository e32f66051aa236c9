/** Answers for the registry between the command line and the gateway: fetch a version, keep the newest. */
import { Command, InvalidArgumentError } from 'commander'
import { readUnverified } from '../../protocol/registry.ts'
import type { Client } from '../client/client.ts'
import { environment, readPlace } from '../config.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer } from './answer.ts'
import { writeNew } from './files.ts'
import { keepNext } from './registry-trust.ts'
import { trustedRegistry } from './trust.ts'

interface FetchOptions extends AgencyOptions {
  readonly out: string
  readonly number?: number
}

export function fetchCommand(): Command {
  return agencyOption(new Command('fetch'))
    .summary('write the gateway’s registry to a file')
    .description(
      'Write the registry in force at the gateway, or an earlier version, to a file. Verifies nothing.',
    )
    .requiredOption('--out <file>', 'where the registry goes')
    .option('--number <version>', 'an earlier version', versionIn)
    .addHelpText('after', '\nExample:\n  pouch registry fetch --out registry.cose --data est')
    .action(
      acting<FetchOptions>((options) =>
        atGateway(options, async (client) => {
          const bytes = await client.registry(options.number)
          writeNew(options.out, bytes)
          const version = versionOf(bytes)
          return answer(`version ${version} written to ${options.out}`, {
            version,
            bytes: bytes.length,
            out: options.out,
          })
        }),
      ),
    )
}

export function versionIn(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It should be the number of a version, from 1.')
}

export function refreshCommand(): Command {
  return agencyOption(new Command('refresh'))
    .summary('keep the newest registry in the data folder')
    .description(
      'Fetch the versions after the one held from the gateway, accept each by the one before it, and keep them in the ' +
        'data folder.',
    )
    .addHelpText('after', '\nExample:\n  pouch registry refresh --data est')
    .action(acting<AgencyOptions>((options) => atGateway(options, (client) => refreshed(client, options))))
}

async function refreshed(client: Client, options: AgencyOptions): Promise<Answer> {
  const place = readPlace(environment(), options.data)
  let held = trustedRegistry({ data: place.dataFolder })
  const from = held.document.version
  const newest = versionOf(await client.registry())
  for (let version = from + 1; version <= newest; version++) {
    held = keepNext(place, await client.registry(version), held)
  }
  const { version } = held.document
  const text =
    version === from ? `version ${version} is the newest` : `version ${from} was held, now ${version}`
  return answer(text, { before: from, version })
}

function versionOf(bytes: Uint8Array): number {
  return readUnverified(bytes).version
}
