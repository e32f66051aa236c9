/** Answers for the step between a stored secret and the key that acts with it. */
import { Rejected } from '../protocol/errors.ts'
import type { PublicKey } from '../protocol/key.ts'
import { HeldOpeningKey } from './opening-key.ts'
import { HeldSigningKey } from './signing-key.ts'

export type HeldKey = HeldSigningKey | HeldOpeningKey

export function generateKey(algorithm: PublicKey['algorithm']): HeldKey {
  return algorithm === 'hpke-9-ke' ? HeldOpeningKey.generate() : HeldSigningKey.generate(algorithm)
}

/** The key of this secret, which must be the secret half of `publicKey`; the secret is zeroed. */
export function restoreKey(publicKey: PublicKey, secret: Uint8Array, name: string): HeldKey {
  const { algorithm } = publicKey
  const key = algorithm === 'hpke-9-ke' ? new HeldOpeningKey(secret) : new HeldSigningKey(algorithm, secret)
  secret.fill(0)
  if (key.id !== publicKey.id)
    throw new Rejected('damaged-key-file', `${name}: the halves do not belong together`)
  return key
}
