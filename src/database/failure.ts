/** Answers for what a failed statement means to its caller, whichever database it failed in. */
import postgres from 'postgres'
import type { EmbeddedFailure } from './embedded-protocol.ts'

/** A statement that the embedded database refused. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  readonly code: string | undefined
  readonly constraint: string | undefined

  constructor({ message, code, constraint }: EmbeddedFailure) {
    super(message)
    this.code = code
    this.constraint = constraint
  }
}

/** Nothing more is heard of the database: what was under way may have happened or not. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'

  constructor(options?: ErrorOptions) {
    super('the connection to the database is lost', options)
  }
}

/** The constraint that a row broke, by its name in the migration; `undefined` for any other failure. */
export function brokenConstraint(error: unknown): string | undefined {
  if (error instanceof StatementFailed) return error.constraint
  return error instanceof postgres.PostgresError ? error.constraint_name : undefined
}

/**
 * The database answered, and refused the statement for what it says: a value, a constraint, its grammar (SQLSTATE classes 21
 * to 23 and 42). Nothing of the transaction happened, and the same statement would be refused again.
 */
export function isFaultOfStatement(error: unknown): boolean {
  return /^(21|22|23|42)/.test(sqlState(error) ?? '')
}

function sqlState(error: unknown): string | undefined {
  return error instanceof StatementFailed || error instanceof postgres.PostgresError ? error.code : undefined
}
