/** Answers for the step between what is stored of a key and the key that acts. */
import { Rejected } from '../protocol/errors.ts'
import type { PublicKey } from '../protocol/key.ts'
import { type KeyFile, unwrapSecret } from './key-file.ts'
import type { StoredKey } from './key-folder.ts'
import { HeldOpeningKey } from './opening-key.ts'
import { HeldSigningKey } from './signing-key.ts'
import { Token } from './token.ts'
import { TokenSigningKey } from './token-key.ts'
import type { Opener, Wrapping } from './wrapping.ts'

/** A key whose secret is in memory, for a keystore to wrap. */
export type HeldKey = HeldSigningKey | HeldOpeningKey
export type ActingKey = HeldKey | TokenSigningKey

export function generateKey(algorithm: PublicKey['algorithm']): HeldKey {
  return algorithm === 'hpke-9-ke' ? HeldOpeningKey.generate() : HeldSigningKey.generate(algorithm)
}

/** The key of a stored one, from its file or in the token. `wrappingFor` is asked for what its file is sealed with. */
export function restored(
  { listing, keyFile }: StoredKey,
  opener: Opener,
  wrappingFor: (keyFile: Extract<KeyFile, { kind: 'sealed' }>) => Wrapping,
): ActingKey {
  if (keyFile.kind === 'token') return inToken(listing.publicKey, keyFile.header.object, opener)
  const secret = unwrapSecret(keyFile, wrappingFor(keyFile), listing.file)
  return restoreKey(listing.publicKey, secret, listing.file)
}

/** The key of this secret, which must be the secret half of `publicKey`; the secret is zeroed. */
function restoreKey(publicKey: PublicKey, secret: Uint8Array, name: string): HeldKey {
  const { algorithm } = publicKey
  const key = algorithm === 'hpke-9-ke' ? new HeldOpeningKey(secret) : new HeldSigningKey(algorithm, secret)
  secret.fill(0)
  if (key.id !== publicKey.id)
    throw new Rejected('damaged-key-file', `${name}: the halves do not belong together`)
  return key
}

function inToken(publicKey: PublicKey, object: Uint8Array, opener: Opener): TokenSigningKey {
  if (!(opener instanceof Token)) {
    throw new Rejected('no-token', `${publicKey.id} is in a token: set pkcs11Module, pkcs11Token and its PIN`)
  }
  if (publicKey.algorithm !== 'ed25519') throw new Rejected('damaged-key-file', 'a token holds Ed25519 alone')
  const key = new TokenSigningKey(opener, object, publicKey)
  key.requireHere()
  return key
}
