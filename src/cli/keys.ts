/** Answers for `pouch keys`: make, list and enrol the keys of this data folder. Nothing secret is ever printed. */
import { existsSync } from 'node:fs'
import { Argument, Command } from 'commander'
import type { KeyListing } from '../../keys/key-folder.ts'
import { listKeys } from '../../keys/key-folder.ts'
import { createKeystore, type Keystore, openKeystore } from '../../keys/keystore.ts'
import type { Passphrase } from '../../keys/passphrase.ts'
import { ConfigurationError, environment, type Place, readPlace } from '../config.ts'
import { enrolmentOf } from '../registry/enrolment.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { timeOf } from './trust.ts'

const uses = ['sign', 'open', 'transport', 'ledger', 'root'] as const
type Use = (typeof uses)[number]

export function keysCommand(): Command {
  return new Command('keys')
    .summary('make and list keys')
    .description(
      'Make and list the keys of a data folder. Secrets stay in its files, wrapped by the passphrase.',
    )
    .addCommand(newKeys())
    .addCommand(listed())
    .addCommand(enrol())
}

function newKeys(): Command {
  return new Command('new')
    .summary('make keys for a use')
    .description(`Make the key, or the pair of keys, for a use: ${uses.join(', ')}. Older ones stay.`)
    .addArgument(new Argument('<use>', 'what they are for').choices(uses))
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch keys new root --data signer-1',
    )
    .action(
      acting<GlobalOptions>(({ data }, [use = '']) => {
        const place = readPlace(environment(), data)
        const keystore = holdsKeys(place)
          ? keystoreAt(place)
          : createKeystore(place.keysFolder, passphraseOf(place))
        // The parser lets no other word pass.
        return listing(keystore.add(use as Use, timeOf(undefined)))
      }),
    )
}

function listed(): Command {
  return new Command('list')
    .summary('list keys')
    .description('List the public halves of the keys. Needs no passphrase.')
    .addHelpText('after', '\nExample:\n  pouch keys list --data est')
    .action(acting<GlobalOptions>(({ data }) => listing(keysAt(readPlace(environment(), data)))))
}

function enrol(): Command {
  return new Command('enrol')
    .summary('print the public keys for the registry’s signers')
    .description(
      'Print the public keys of this data folder as JSON: what the signers of the registry need of a party.',
    )
    .argument('<party>', 'party id, or the name of a root signer')
    .addHelpText('after', '\nExample:\n  pouch keys enrol EST --data est > est.enrolment.json')
    .action(
      acting<GlobalOptions>(({ data }, [party = '']) => {
        const enrolment = enrolmentOf(party, keysAt(readPlace(environment(), data)))
        return answer(JSON.stringify(enrolment, null, 2), enrolment)
      }),
    )
}

function listing(keys: readonly KeyListing[]): Answer {
  const line = (use: string, generation: string, algorithm: string, created: string, id: string): string =>
    `${use.padEnd(9)}  ${generation.padStart(3)}  ${algorithm.padEnd(9)}  ${created.padEnd(20)}  ${id}`
  const lines = keys.map(({ use, generation, publicKey, created, id }) =>
    line(use, String(generation), publicKey.algorithm, toDate(created), id),
  )
  const rows = keys.map(({ use, generation, publicKey, created, id }) => ({
    use,
    generation,
    algorithm: publicKey.algorithm,
    created: toDate(created),
    id,
  }))
  return answer([line('use', 'gen', 'algorithm', 'created', 'key id'), ...lines].join('\n'), { keys: rows })
}

function holdsKeys({ keysFolder }: Place): boolean {
  return existsSync(keysFolder) && listKeys(keysFolder).length > 0
}

/** Their public halves. Throws `ConfigurationError` when the data folder, perhaps misspelt, holds none. */
function keysAt(place: Place): readonly KeyListing[] {
  if (holdsKeys(place)) return listKeys(place.keysFolder)
  throw new ConfigurationError([
    `${place.keysFolder}: should hold keys; name the data folder with --data, or make one with \`pouch init\``,
  ])
}

/** The keystore of the data folder, with its secrets. */
export function keystoreAt(place: Place): Keystore {
  keysAt(place)
  return openKeystore(place.keysFolder, passphraseOf(place))
}

/** Throws `ConfigurationError`: commands that use secret keys need the passphrase. */
export function passphraseOf({ passphrase }: Place): Passphrase {
  if (passphrase !== undefined) return passphrase
  throw new ConfigurationError([
    'POUCH_PASSPHRASE, or POUCH_PASSPHRASE_FILE: should hold the passphrase of the keys',
  ])
}
