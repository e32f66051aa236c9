/** Answers for what a failed statement means to its caller, whichever database it failed in. */
import type { EmbeddedFailure } from './embedded-protocol.ts'

/** A statement that the embedded database refused. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  readonly code: string | undefined

  constructor({ message, code }: EmbeddedFailure) {
    super(message)
    this.code = code
  }
}

/** Nothing more is heard of the database: what was under way may have happened or not. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'

  constructor(options?: ErrorOptions) {
    super('the connection to the database is lost', options)
  }
}

/**
 * Not a fault of what was asked: the connection is lost (postgres.js and Node name that by a word), or the server is
 * busy, full, read-only or stopping, or ended a transaction that waited too long for its next statement (SQLSTATE 08, 25006,
 * 25P03, 40, 53, 55, 57, 58). What was under way may have happened.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^((08|40|53|55|57|58)...|25006|25P03)$/.test(code) || /^(CONNECT|(?!ERR_)E[A-Z]+$)/.test(code)
}

/** There is no room on the disk: SQLSTATE `disk_full`, by whichever database. Reading goes on. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === diskFull
}

export const diskFull = '53100'
