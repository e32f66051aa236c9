/** Answers for the PIN of a token between the configuration and the token's login: it is never printed. */
import { utf8 } from '../protocol/bytes.ts'

export class Pin {
  readonly #bytes: Uint8Array

  constructor(text: string) {
    this.#bytes = utf8(text)
  }

  /** For C_Login, which wants the bytes. The caller zeroes them. */
  exportForLogin(): Uint8Array {
    return this.#bytes.slice()
  }

  toString(): string {
    return '[pin]'
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
