/** Answers for secret signature keys in memory: they sign, print as their id, and leave only by the name that says so. */
import { suite } from '#suite'
import { Rejected } from '../protocol/errors.ts'
import {
  type KeyId,
  type SignatureAlgorithm,
  type SigningKey,
  type VerificationKey,
  verificationKey,
} from '../protocol/key.ts'
import type { Signer } from '../protocol/suite.ts'
import { ShownById } from './shown-by-id.ts'

const signers: Record<SignatureAlgorithm, (seed: Uint8Array) => Signer> = {
  ed25519: (seed) => suite.ed25519Signer(seed),
  'ml-dsa-65': (seed) => suite.mlDsa65Signer(seed),
  'ml-dsa-44': (seed) => suite.mlDsa44Signer(seed),
}

export class HeldSigningKey extends ShownById implements SigningKey {
  readonly id: KeyId
  readonly algorithm: SignatureAlgorithm
  readonly publicKey: VerificationKey
  readonly #seed: Uint8Array
  readonly #signer: Signer

  /** `seed` is 32 bytes (RFC 8032 §5.1.5, FIPS 204 ξ); it is copied. */
  constructor(algorithm: SignatureAlgorithm, seed: Uint8Array) {
    super()
    if (seed.length !== 32) throw new Rejected('bad-key', 'a seed has 32 bytes')
    this.#seed = seed.slice()
    this.#signer = signers[algorithm](this.#seed)
    this.algorithm = algorithm
    this.publicKey = verificationKey(algorithm, this.#signer.publicKey)
    this.id = this.publicKey.id
  }

  static generate(algorithm: SignatureAlgorithm): HeldSigningKey {
    const seed = suite.randomBytes(32)
    const key = new HeldSigningKey(algorithm, seed)
    seed.fill(0)
    return key
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#signer.sign(message)
  }

  async signOffThread(message: Uint8Array): Promise<Uint8Array> {
    return this.#signer.signOffThread(message)
  }

  /** The seed, for a keystore to wrap. The caller zeroes it. */
  exportSecretForBackup(): Uint8Array {
    return this.#seed.slice()
  }
}
