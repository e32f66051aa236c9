/** Answers for an Ed25519 key whose secret half is in a token: it signs there, and here there is nothing to read. */
import { utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'
import type { KeyId, SigningKey, VerificationKey } from '../protocol/key.ts'
import { ShownById } from './shown-by-id.ts'
import type { ObjectId, Token } from './token.ts'

/** Begins unlike anything else that a key signs. */
const proof = utf8('pouch/1 token key is here')

export class TokenSigningKey extends ShownById implements SigningKey {
  readonly id: KeyId
  readonly algorithm = 'ed25519'
  readonly publicKey: VerificationKey
  readonly #token: Token
  readonly #object: ObjectId

  constructor(token: Token, object: ObjectId, publicKey: VerificationKey) {
    super()
    this.id = publicKey.id
    this.publicKey = publicKey
    this.#token = token
    this.#object = object
  }

  /** Throws `no-such-key` when the token lacks it, and `damaged-key-file` when what it holds under that name is another key. */
  requireHere(): void {
    if (!this.publicKey.verify(proof, this.sign(proof)))
      throw new Rejected('damaged-key-file', `the token holds another key than ${this.id}`)
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#token.sign(this.#object, message)
  }

  async signOffThread(message: Uint8Array): Promise<Uint8Array> {
    return this.#token.signOffThread(this.#object, message)
  }

  destroyForever(): void {
    this.#token.destroyForever(this.#object)
  }
}
