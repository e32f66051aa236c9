/** Answers for `pouch init`: a data folder with a party's keys and settings, ready to be enrolled in a registry. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { createKeystore } from '../../keys/keystore.ts'
import { environment, readPlace } from '../config.ts'
import { acting, answer, type GlobalOptions, UsageError } from './answer.ts'
import { writeNew } from './files.ts'
import { passphraseOf } from './keys.ts'
import { timeOf } from './trust.ts'

interface InitOptions extends GlobalOptions {
  readonly url: string
  readonly agencyPort?: string
  readonly exchangePort?: string
  readonly blind?: boolean
}

export function initCommand(): Command {
  return new Command('init')
    .summary('make a data folder: keys and settings')
    .description(
      'Make a data folder for a party’s gateway: its keys, wrapped by the passphrase, and its settings.',
    )
    .argument('<party>', 'party id: ISO 3166-1 alpha-3, or the code of an organisation')
    .requiredOption('--url <origin>', 'the address by which other gateways reach this one')
    .option('--agency-port <port>', 'port of the agency listener (default: 8440)')
    .option('--exchange-port <port>', 'port of the exchange listener (default: 8441)')
    .option('--blind', 'a hub: no key to sign attestations or to open envelopes')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch init EST --url https://pouch.example.ee --data est',
    )
    .action(acting<InitOptions>(init))
}

function init(options: InitOptions, [party = '']: readonly string[]) {
  const place = readPlace(environment(), options.data)
  if (existsSync(place.settingsFile)) throw new UsageError(`${place.settingsFile} is there already`)
  if (!/^[A-Z][A-Z0-9-]{1,31}$/.test(party))
    throw new UsageError('a party id has capitals, digits and hyphens: EST, NATO')
  mkdirSync(place.dataFolder, { recursive: true, mode: 0o700 })
  const keystore = createKeystore(place.keysFolder, passphraseOf(place))
  const uses =
    options.blind === true
      ? (['transport', 'ledger'] as const)
      : (['sign', 'open', 'transport', 'ledger'] as const)
  const made = uses.flatMap((use) => keystore.add(use, timeOf(undefined)))
  writeNew(place.settingsFile, `${JSON.stringify(settingsOf(party, options), null, 2)}\n`)
  const text = [
    `${party}: ${made.length} keys in ${place.keysFolder}, settings in ${place.settingsFile}`,
    'next:',
    `  pouch keys enrol ${party} --data ${folderOf(place.dataFolder)} > ${party.toLowerCase()}.enrolment.json`,
    '  send that file to the signers of the registry; when they have published it:',
    `  pouch registry trust registry.cose --roots <digest> --data ${folderOf(place.dataFolder)}`,
    `  pouch serve --data ${folderOf(place.dataFolder)}`,
  ]
  return answer(text.join('\n'), {
    party,
    data: place.dataFolder,
    keys: made.map(({ use, id }) => ({ use, id })),
  })
}

function settingsOf(party: string, { url, agencyPort, exchangePort }: InitOptions): object {
  return {
    party,
    exchangeUrl: url,
    ...(agencyPort === undefined ? {} : { agencyPort: Number(agencyPort) }),
    ...(exchangePort === undefined ? {} : { exchangePort: Number(exchangePort) }),
  }
}

/** As the reader would type it from here. */
function folderOf(folder: string): string {
  const relative = path.relative(process.cwd(), folder)
  return relative === '' ? '.' : relative
}
