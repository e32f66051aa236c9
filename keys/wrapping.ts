/** Answers for the key that wraps key files: derived once from passphrase and salt, kept in a field, zeroed after use. */
import { suite } from '#suite'
import { equalInConstantTime, utf8 } from '../protocol/bytes.ts'
import type { Passphrase, ScryptParameters } from './passphrase.ts'

const none = new Uint8Array(0)

export class Wrapping {
  readonly parameters: ScryptParameters
  /** Tells a wrong passphrase from a damaged file. It gives a guesser nothing that the sealed secret does not give. */
  readonly check: Uint8Array
  readonly #key: Uint8Array
  #destroyed = false

  constructor(passphrase: Passphrase, parameters: ScryptParameters) {
    const derived = passphrase.derive(parameters)
    this.parameters = parameters
    this.check = suite.hkdfSha256(derived, none, utf8('pouch/1 key file check'), 16)
    this.#key = suite.hkdfSha256(derived, none, utf8('pouch/1 key file wrap'), 32)
    derived.fill(0)
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
