/** Answers for `pouch keys`: make, list and enrol the keys of this data folder. Nothing secret is ever printed. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { KeyListing } from '../../keys/key-folder.ts'
import { listKeys } from '../../keys/key-folder.ts'
import { createKeystore, type Keystore, openKeystore } from '../../keys/keystore.ts'
import type { Passphrase } from '../../keys/passphrase.ts'
import { ConfigurationError, environment, type Place, readPlace } from '../config.ts'
import { enrolmentOf } from '../registry/enrolment.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate, UsageError } from './answer.ts'
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
    .argument('<use>', uses.join(' | '))
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch keys new root --data signer-1',
    )
    .action(
      acting<GlobalOptions>(({ data }, [use = '']) => {
        const keystore = keystoreAt(readPlace(environment(), data))
        return listing(keystore.add(useNamed(use), timeOf(undefined)))
      }),
    )
}

function listed(): Command {
  return new Command('list')
    .summary('list keys')
    .description('List the public halves of the keys. Needs no passphrase.')
    .addHelpText('after', '\nExample:\n  pouch keys list --data est')
    .action(acting<GlobalOptions>(({ data }) => listing(listKeys(readPlace(environment(), data).keysFolder))))
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
        const enrolment = enrolmentOf(party, listKeys(readPlace(environment(), data).keysFolder))
        return answer(JSON.stringify(enrolment, null, 2), enrolment)
      }),
    )
}

function listing(keys: readonly KeyListing[]): Answer {
  const lines = keys.map(
    ({ use, generation, publicKey, created, id }) =>
      `${use.padEnd(9)} ${String(generation).padStart(3)}  ${publicKey.algorithm.padEnd(10)} ${toDate(created)}  ${id}`,
  )
  const rows = keys.map(({ use, generation, publicKey, created, id }) => ({
    use,
    generation,
    algorithm: publicKey.algorithm,
    created: toDate(created),
    id,
  }))
  return answer(lines.join('\n'), { keys: rows })
}

function useNamed(name: string): Use {
  const use = uses.find((each) => each === name)
  if (use === undefined) throw new UsageError(`a key is for one of ${uses.join(', ')}`)
  return use
}

/** The keystore of the data folder, made when there is none yet. */
export function keystoreAt(place: Place): Keystore {
  const passphrase = passphraseOf(place)
  return existsSync(place.keysFolder) && listKeys(place.keysFolder).length > 0
    ? openKeystore(place.keysFolder, passphrase)
    : createKeystore(place.keysFolder, passphrase)
}

/** Throws `ConfigurationError`: commands that use secret keys need the passphrase. */
export function passphraseOf({ passphrase }: Place): Passphrase {
  if (passphrase !== undefined) return passphrase
  throw new ConfigurationError([
    'POUCH_PASSPHRASE, or POUCH_PASSPHRASE_FILE: should hold the passphrase of the keys',
  ])
}
