/**
 * Answers for the two rules on Ed25519 that both back ends keep and neither library keeps in all its versions, so that a
 * signature means the same everywhere: sound public keys, and no signature whose R is the identity.
 */
import { ed25519 } from '@noble/curves/ed25519.js'

/**
 * RFC 8032 §5.1.3, canonical, on the curve, in the prime-order group and not its identity. OpenSSL does not look: with a
 * small-order key it accepts signatures that nobody made, and with one that has a small-order part verifiers differ.
 * Takes about a millisecond, once per key.
 */
export function isSoundEd25519Key(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey, false)
    return !point.is0() && point.isTorsionFree()
  } catch {
    return false // the encoding is not canonical or of no point
  }
}

/**
 * Only the holder of the secret key can make such a signature, and gives the key away by it: OpenSSL accepts it, Node 24
 * does not. With a sound key it is the one small-order R for which the equation can hold.
 */
export function hasIdentityAsR(signature: Uint8Array): boolean {
  return signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0)
}
