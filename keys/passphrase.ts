/** Answers for the passphrase of a keystore between the configuration and scrypt: it derives, and is never printed. */
import { suite } from '#suite'
import { utf8 } from '../protocol/bytes.ts'
import { Rejected } from '../protocol/errors.ts'

/** RFC 7914. `logCost` is log2 N; parallelism is 1. */
export interface ScryptParameters {
  readonly salt: Uint8Array
  readonly logCost: number
  readonly blockSize: number
}

const shortest = 12

export class Passphrase {
  readonly #bytes: Uint8Array

  /** NFC, so that the same words typed on another keyboard are the same bytes (RFC 8265 §4.2). */
  constructor(text: string) {
    if (text.length < shortest) throw new Rejected('weak-passphrase')
    this.#bytes = utf8(text.normalize('NFC'))
  }

  /** 32 bytes; the caller zeroes them after use. */
  derive({ salt, logCost, blockSize }: ScryptParameters): Uint8Array {
    return suite.scrypt(this.#bytes, salt, 2 ** logCost, blockSize, 32)
  }

  toString(): string {
    return '[passphrase]'
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
