/** Answers for `pouch keys passphrase`: another passphrase for the keys of a data folder, or a token in the place of one. */
import { Command } from 'commander'
import { changeOpener } from '../../keys/change-opener.ts'
import { ConfigurationError, environment, readNewPassphrase, readPlace, readTokenPlace } from '../config.ts'
import { passphraseOf, tokenAt } from '../keys/opener.ts'
import { acting, again, answer, type GlobalOptions, UsageError } from './answer.ts'
import { keysAt } from './keys.ts'

interface PassphraseOptions extends GlobalOptions {
  readonly toToken?: boolean
}

export function passphraseCommand(): Command {
  return new Command('passphrase')
    .summary('change the passphrase of the keys')
    .description(
      'Wrap the keys anew, all or none, under POUCH_NEW_PASSPHRASE (or POUCH_NEW_PASSPHRASE_FILE), or with --to-token ' +
        'under a key of the token that pkcs11Module and pkcs11Token name. A running gateway goes on; give it the new one ' +
        'before it starts again.',
    )
    .option('--to-token', 'in the place of a passphrase, the token’s PIN')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=old POUCH_NEW_PASSPHRASE_FILE=new pouch keys passphrase --data est',
    )
    .action(
      acting<PassphraseOptions>((options) => {
        const place = readPlace(environment(), options.data)
        keysAt(place)
        const changed = changeOpener(place.keysFolder, passphraseOf(place), nextOpener(options))
        const text = `${changed} files are wrapped anew; copies of the old ones still open with the old passphrase`
        return answer(`${text}\nnext:\n  pouch keys list${again(options)}`, { files: changed })
      }),
    )
}

function nextOpener({ data, toToken }: PassphraseOptions) {
  if (toToken === true) {
    const token = readTokenPlace(environment(), data)
    if (token === undefined) throw new UsageError('set pkcs11Module and pkcs11Token first')
    return tokenAt(readPlace(environment(), data), token)
  }
  const passphrase = readNewPassphrase(environment())
  if (passphrase !== undefined) return passphrase
  throw new ConfigurationError([
    'POUCH_NEW_PASSPHRASE, or POUCH_NEW_PASSPHRASE_FILE: should hold the passphrase that the keys are to have',
  ])
}
