/**
 * Answers for X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 joined into one KEM that holds while either
 * does. Seed 32, public key 1216, ciphertext 1120, shared secret 32. Component keys are imported once per key.
 */
import { suite } from '#suite'
import { concat, utf8 } from './bytes.ts'
import {
  type Decapsulator,
  type Encapsulation,
  type Encapsulator,
  importedBytes,
  refuseCiphertextSize,
  sizes,
} from './suite.ts'

export const xWingSizes = { seed: 32, publicKey: 1216, ciphertext: 1120, sharedSecret: 32 } as const

export function xWingEncapsulator(publicKey: Uint8Array): Encapsulator {
  const own = importedBytes(publicKey, xWingSizes.publicKey, 'X-Wing public key')
  const publicX = own.subarray(sizes.mlKem768.publicKey)
  const mlKem = suite.mlKem768Encapsulator(own.subarray(0, sizes.mlKem768.publicKey))
  const x25519 = suite.x25519Encapsulator(publicX)
  const join = (m: Encapsulation, x: Encapsulation): Encapsulation => ({
    ciphertext: concat(m.ciphertext, x.ciphertext),
    sharedSecret: combined(m.sharedSecret, x.sharedSecret, x.ciphertext, publicX),
  })
  return {
    encapsulate: () => join(mlKem.encapsulate(), x25519.encapsulate()),
    encapsulateOffThread: async () =>
      join(...(await Promise.all([mlKem.encapsulateOffThread(), x25519.encapsulateOffThread()]))),
  }
}

export function xWingDecapsulator(seed: Uint8Array): Decapsulator {
  const expanded = suite.shake256(importedBytes(seed, xWingSizes.seed, 'X-Wing seed'), 96)
  const mlKem = suite.mlKem768Decapsulator(expanded.subarray(0, sizes.mlKem768.seed))
  const x25519 = suite.x25519Decapsulator(expanded.subarray(sizes.mlKem768.seed))
  expanded.fill(0)
  return {
    publicKey: concat(mlKem.publicKey, x25519.publicKey),
    decapsulate: (ciphertext) => {
      refuseCiphertextSize(ciphertext, xWingSizes.ciphertext)
      const ciphertextX = ciphertext.subarray(sizes.mlKem768.ciphertext)
      const secretM = mlKem.decapsulate(ciphertext.subarray(0, sizes.mlKem768.ciphertext))
      return combined(secretM, x25519.decapsulate(ciphertextX), ciphertextX, x25519.publicKey)
    },
  }
}

const label = utf8('\\.//^\\')

/** The ML-KEM ciphertext and key need no place here: FIPS 203 binds them to its shared secret. */
function combined(
  secretM: Uint8Array,
  secretX: Uint8Array,
  ciphertextX: Uint8Array,
  publicX: Uint8Array,
): Uint8Array {
  return suite.sha3_256(concat(secretM, secretX, ciphertextX, publicX, label))
}
