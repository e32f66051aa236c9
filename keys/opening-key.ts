/** Answers for secret opening keys (X-Wing) in memory: they decapsulate, print as their id, and leave only by one name. */
import { suite } from '#suite'
import { Rejected } from '../protocol/errors.ts'
import { type KeyId, type OpeningKey, type SealingKey, sealingKey } from '../protocol/key.ts'
import type { Decapsulator } from '../protocol/suite.ts'
import { xWingDecapsulator } from '../protocol/xwing.ts'
import { ShownById } from './shown-by-id.ts'

export class HeldOpeningKey extends ShownById implements OpeningKey {
  readonly id: KeyId
  readonly publicKey: SealingKey
  readonly #seed: Uint8Array
  readonly #decapsulator: Decapsulator

  /** `seed` is the 32 bytes from which X-Wing expands both secret keys; it is copied. */
  constructor(seed: Uint8Array) {
    super()
    if (seed.length !== 32) throw new Rejected('bad-key', 'a seed has 32 bytes')
    this.#seed = seed.slice()
    this.#decapsulator = xWingDecapsulator(this.#seed)
    this.publicKey = sealingKey(this.#decapsulator.publicKey)
    this.id = this.publicKey.id
  }

  static generate(): HeldOpeningKey {
    const seed = suite.randomBytes(32)
    const key = new HeldOpeningKey(seed)
    seed.fill(0)
    return key
  }

  decapsulate(ek: Uint8Array): Uint8Array {
    return this.#decapsulator.decapsulate(ek)
  }

  /** The seed, for a keystore to wrap. The caller zeroes it. */
  exportSecretForBackup(): Uint8Array {
    return this.#seed.slice()
  }
}
