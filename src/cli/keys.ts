/** Answers for `pouch keys`: make, list and enrol the keys of this data folder. Nothing secret is ever printed. */
import { existsSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { type KeyListing, listKeys } from '../../keys/key-folder.ts'
import { createKeystore, type Keystore, openKeystore } from '../../keys/keystore.ts'
import { ConfigurationError, environment, type Place, readPlace, readTokenPlace } from '../config.ts'
import { openerOf } from '../keys/opener.ts'
import { enrolmentOf } from '../registry/enrolment.ts'
import { consentFor } from '../registry/party-consent.ts'
import { acting, answer, type GlobalOptions, UsageError } from './answer.ts'
import { listCommand, listing, registryHere } from './keys-list.ts'
import { passphraseCommand } from './keys-passphrase.ts'
import { timeOf } from './trust.ts'

const uses = ['sign', 'open', 'transport', 'ledger', 'root'] as const
type Use = (typeof uses)[number]

export function keysCommand(): Command {
  return new Command('keys')
    .summary('make, list and enrol keys')
    .description(
      'Make, list and enrol the keys of a data folder. Secrets stay in its files, wrapped by the passphrase, or in a token.',
    )
    .addCommand(newKeys())
    .addCommand(listCommand())
    .addCommand(enrol())
    .addCommand(passphraseCommand())
}

function newKeys(): Command {
  return new Command('new')
    .summary('make keys for a use')
    .description(
      `Make the key, or the pair of keys, for a use: ${uses.join(', ')}. Older ones stay. A running gateway takes them ` +
        'into use when the registry lists them.',
    )
    .addArgument(new Argument('<use>', 'what they are for').choices(uses))
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch keys new root --data signer-1',
    )
    .action(
      acting<GlobalOptions>(({ data }, [use = '']) => {
        const place = readPlace(environment(), data)
        requireFirstOfLedger(place, use)
        const keystore = holdsKeys(place) ? keystoreAt(place) : newKeystore(place)
        // The parser lets no other word pass.
        return listing(keystore.add(use as Use, timeOf(undefined)))
      }),
    )
}

/** Checkpoints and receipts of a ledger are verified with the keys of its first entry. */
function requireFirstOfLedger(place: Place, use: string): void {
  if (use !== 'ledger' || !holdsKeys(place) || !listKeys(place.keysFolder).some((key) => key.use === use))
    return
  throw new UsageError('a ledger keeps its keys as long as it lives, and this data folder has them already')
}

function enrol(): Command {
  return new Command('enrol')
    .summary('print the public keys for the registry’s signers')
    .description(
      'Print the public keys of this data folder as JSON: what the signers of the registry need of a party. Where the ' +
        'registry that is trusted here asks for consents, and does not list all of the keys, it is signed with those that it ' +
        'lists, and the passphrase is needed.',
    )
    .argument('<party>', 'party id, or the name of a root signer')
    .addHelpText('after', '\nExample:\n  pouch keys enrol EST --data est > est.enrolment.json')
    .action(
      acting<GlobalOptions>(({ data }, [party = '']) => {
        const place = readPlace(environment(), data)
        const keys = keysAt(place)
        const registry = registryHere(data)
        const pairs = () => keystoreAt(place).signingPairs('sign')
        const consent = registry && consentFor(registry, party, keys, pairs, timeOf(undefined))
        const enrolment = enrolmentOf(party, keys, consent)
        return answer(JSON.stringify(enrolment, null, 2), enrolment)
      }),
    )
}

function holdsKeys({ keysFolder }: Place): boolean {
  return existsSync(keysFolder) && listKeys(keysFolder).length > 0
}

/** Their public halves. Throws `ConfigurationError` when the data folder, perhaps misspelt, holds none. */
export function keysAt(place: Place): readonly KeyListing[] {
  if (holdsKeys(place)) return listKeys(place.keysFolder)
  throw new ConfigurationError([
    `${place.keysFolder}: should hold keys; name the data folder with --data, or make one with \`pouch init\``,
  ])
}

/** The keystore of the data folder, with its secrets. */
export function keystoreAt(place: Place): Keystore {
  keysAt(place)
  return openKeystore(place.keysFolder, openerAt(place))
}

function newKeystore(place: Place): Keystore {
  return createKeystore(place.keysFolder, openerAt(place))
}

function openerAt(place: Place) {
  return openerOf(place, readTokenPlace(environment(), place.dataFolder))
}
