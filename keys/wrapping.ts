/** Answers for the key that wraps key files: had once from a passphrase or a token, kept in a field, zeroed after use. */
import { suite } from '#suite'
import { equalInConstantTime, utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import { Passphrase, type ScryptParameters } from './passphrase.ts'
import type { SealedByToken, Token } from './token.ts'

/** What opens a keystore. */
export type Opener = Passphrase | Token

/** How the opener gives the 32 bytes that everything follows from: by scrypt, or by opening what the token sealed. */
export type Recipe =
  | { readonly kind: 'scrypt'; readonly scrypt: ScryptParameters }
  | { readonly kind: 'token'; readonly token: SealedByToken }

/** What scrypt costs: at least what is written today (128 MiB, about half a second), at most 1 GiB. */
export const leastLogCost = 17

const none = new Uint8Array(0)

export class Wrapping {
  readonly recipe: Recipe
  /** Tells a wrong passphrase from a damaged file. It gives a guesser nothing that the sealed secret does not give. */
  readonly check: Uint8Array
  readonly #key: Uint8Array
  #destroyed = false

  /** Throws `wrong-passphrase` for a recipe that needs the other kind of opener. */
  constructor(opener: Opener, recipe: Recipe) {
    const derived = derivedBy(opener, recipe)
    this.recipe = recipe
    this.check = suite.hkdfSha256(derived, none, utf8('pouch/1 key file check'), 16)
    this.#key = suite.hkdfSha256(derived, none, utf8('pouch/1 key file wrap'), 32)
    derived.fill(0)
  }

  /** With a new salt, or with 32 random bytes that the token seals. */
  static made(opener: Opener): Wrapping {
    if (opener instanceof Passphrase) {
      const scrypt = { salt: suite.randomBytes(32), logCost: leastLogCost, blockSize: 8 }
      return new Wrapping(opener, { kind: 'scrypt', scrypt })
    }
    const secret = suite.randomBytes(32)
    const token = opener.seal(secret)
    secret.fill(0)
    return new Wrapping(opener, { kind: 'token', token })
  }

  agreesWith(check: Uint8Array): boolean {
    return equalInConstantTime(this.check, check)
  }

  seal(iv: Uint8Array, aad: Uint8Array, secret: Uint8Array): Uint8Array {
    return suite.aes256GcmSeal(this.#living(), iv, aad, secret)
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    return suite.aes256GcmOpen(this.#living(), iv, aad, sealed)
  }

  destroy(): void {
    this.#key.fill(0)
    this.#destroyed = true
  }

  // An all-zero key would wrap a secret for everybody to read.
  #living(): Uint8Array {
    if (this.#destroyed) throw new TypeError('the keystore is closed')
    return this.#key
  }
}

function derivedBy(opener: Opener, recipe: Recipe): Uint8Array {
  if (recipe.kind === 'scrypt') {
    if (opener instanceof Passphrase) return opener.derive(recipe.scrypt)
    throw new Rejected('wrong-passphrase', 'a passphrase wraps these keys, and no token does')
  }
  if (!(opener instanceof Passphrase)) return opener.open(recipe.token)
  throw new Rejected(
    'wrong-passphrase',
    'a token wraps these keys: set pkcs11Module, pkcs11Token and its PIN',
  )
}
