/** Answers for `pouch init`: a data folder with a party's keys and settings, ready to be enrolled in a registry. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { createKeystore } from '../../keys/keystore.ts'
import { environment, type Place, readPlace, tokenPlaceOf } from '../config.ts'
import { openerOf } from '../keys/opener.ts'
import { settingsSchema } from '../settings.ts'
import { type Answer, acting, answer, type GlobalOptions, UsageError } from './answer.ts'
import { makeFolder, writeNew } from './files.ts'
import { timeOf } from './trust.ts'

interface InitOptions extends GlobalOptions {
  readonly url: string
  readonly agencyPort?: number
  readonly exchangePort?: number
  readonly blind?: boolean
  readonly pkcs11Module?: string
  readonly pkcs11Token?: string
}

const {
  party: partySetting,
  exchangeUrl,
  agencyPort,
  exchangePort,
  pkcs11Module,
  pkcs11Token,
} = settingsSchema.shape

export function initCommand(): Command {
  return new Command('init')
    .summary('make a data folder: keys and settings')
    .description(
      'Make a data folder for a party’s gateway: its keys, wrapped by the passphrase, and its settings.',
    )
    .addArgument(
      new Argument('<party>', 'party id: ISO 3166-1 alpha-3, or the code of an organisation').argParser(
        settingIn(partySetting),
      ),
    )
    .requiredOption(
      '--url <origin>',
      'the address by which other gateways reach this one',
      settingIn(exchangeUrl),
    )
    .option('--agency-port <port>', 'port of the agency listener (default: 8440)', settingIn(agencyPort))
    .option(
      '--exchange-port <port>',
      'port of the exchange listener (default: 8441)',
      settingIn(exchangePort),
    )
    .option(
      '--pkcs11-module <path>',
      'keep the keys in a token of this PKCS #11 module',
      settingIn(pkcs11Module),
    )
    .option('--pkcs11-token <label>', 'the token’s label', settingIn(pkcs11Token))
    .option('--blind', 'a hub: no key to sign attestations or to open envelopes')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch init EST --url https://pouch.example.ee --data est',
    )
    .action(acting<InitOptions>(init))
}

interface Setting<T> {
  readonly description?: string | undefined
  safeParse(text: string): { readonly success: true; readonly data: T } | { readonly success: false }
}

/** A setting given on the command line is held to the rule that holds for it in pouch.json. */
function settingIn<T>(setting: Setting<T>): (text: string) => T {
  return (text) => {
    const read = setting.safeParse(text)
    if (read.success) return read.data
    throw new InvalidArgumentError(`It should be ${setting.description ?? 'otherwise'}.`)
  }
}

function init(options: InitOptions, [party = '']: readonly string[]): Answer {
  const place = readPlace(environment(), options.data)
  if (existsSync(place.settingsFile)) throw new UsageError(`${place.settingsFile} is there already`)
  const opener = openerOf(place, tokenPlaceOf(options))
  makeFolder(place.dataFolder)
  const keystore = createKeystore(place.keysFolder, opener)
  const uses =
    options.blind === true
      ? (['transport', 'ledger'] as const)
      : (['sign', 'open', 'transport', 'ledger'] as const)
  const made = uses.flatMap((use) => keystore.add(use, timeOf(undefined)))
  writeNew(place.settingsFile, `${JSON.stringify(settingsOf(party, options), null, 2)}\n`)
  return answer(nextSteps(party, made.length, place).join('\n'), {
    party,
    data: place.dataFolder,
    keys: made.map(({ use, id }) => ({ use, id })),
  })
}

function settingsOf(
  party: string,
  { url, agencyPort, exchangePort, pkcs11Module, pkcs11Token }: InitOptions,
): object {
  return {
    party,
    exchangeUrl: url,
    ...(agencyPort === undefined ? {} : { agencyPort }),
    ...(exchangePort === undefined ? {} : { exchangePort }),
    ...(pkcs11Module === undefined ? {} : { pkcs11Module }),
    ...(pkcs11Token === undefined ? {} : { pkcs11Token }),
  }
}

function nextSteps(party: string, keys: number, { dataFolder }: Place): readonly string[] {
  const folder = fromHere(dataFolder)
  return [
    `${party}: ${keys} keys and the settings are in ${folder}. Without the passphrase or token the keys are lost: keep both safe.`,
    'next:',
    `  pouch keys enrol ${party} --data ${folder} > ${party.toLowerCase()}.enrolment.json`,
    '  send that file to the signers of the registry, and compare the key ids with them by voice',
    '  when they have published the registry, and read the digest of its roots out:',
    `  pouch registry trust registry.cose --roots <digest> --data ${folder}`,
    `  pouch credential new <name> --roles submit,read --data ${folder} > ${path.join(folder, 'credential')}`,
    `  pouch serve --data ${folder}`,
  ]
}

/** As the reader would type it from here. */
function fromHere(folder: string): string {
  const relative = path.relative(process.cwd(), folder)
  return relative === '' ? '.' : relative
}
