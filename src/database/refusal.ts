/** Answers for the words in which a database is refused at start: what is wrong, and what the operator does about it. */

export type DatabaseRefusal = 'in-use' | 'newer' | 'unreachable' | 'not-durable' | 'damaged' | 'full'

/** The program must not run on this database. The message is for the operator and holds no password. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
  readonly why: DatabaseRefusal

  constructor(why: DatabaseRefusal, message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}
