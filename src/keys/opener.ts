/** Answers for what opens the keys of a data folder: its token where it has one, and the passphrase where it has none. */
import type { Passphrase } from '../../keys/passphrase.ts'
import { Token } from '../../keys/token.ts'
import type { TokenPlace } from '../../keys/token-sessions.ts'
import type { Opener } from '../../keys/wrapping.ts'
import { ConfigurationError, type Place } from '../config.ts'

/** Throws `ConfigurationError`: what uses secret keys needs the passphrase, or the PIN. */
export function openerOf(place: Pick<Place, 'passphrase' | 'pin'>, token: TokenPlace | undefined): Opener {
  return token === undefined ? passphraseOf(place) : tokenAt(place, token)
}

export function passphraseOf({ passphrase }: Pick<Place, 'passphrase'>): Passphrase {
  if (passphrase !== undefined) return passphrase
  throw new ConfigurationError([
    'POUCH_PASSPHRASE, or POUCH_PASSPHRASE_FILE: should hold the passphrase of the keys',
  ])
}

export function tokenAt({ pin }: Pick<Place, 'pin'>, token: TokenPlace): Token {
  if (pin !== undefined) return new Token(token, pin)
  throw new ConfigurationError([
    'POUCH_PIN, or POUCH_PIN_FILE: should hold the PIN of the token, whose keys these are',
  ])
}
