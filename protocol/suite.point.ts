/**
 * Answers for which Ed25519 public keys are sound (RFC 8032 §5.1.3): canonical, on the curve, in the prime-order group
 * and not its identity. Both back ends ask here, once per key import, because OpenSSL does not look at a key at all:
 * with any of eight small-order keys it accepts signatures that nobody made, and with a key that has a small-order part
 * verifiers differ on what is valid. Takes about a millisecond.
 */
import { ed25519 } from '@noble/curves/ed25519.js'

export function isSoundEd25519Key(publicKey: Uint8Array): boolean {
  try {
    const point = ed25519.Point.fromBytes(publicKey, false)
    return !point.is0() && point.isTorsionFree()
  } catch {
    return false // the encoding is not canonical or of no point
  }
}
