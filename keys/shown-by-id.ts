/** Answers for how a key with a secret is printed: as its id, whatever prints it. */
import type { KeyId } from '../protocol/key.ts'

export abstract class ShownById {
  abstract readonly id: KeyId

  toString(): string {
    return this.id
  }

  toJSON(): string {
    return this.id
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.id
  }
}
