/** Answers for the table of conflicts: two checkpoints of one size with two roots, each signed by both keys of its ledger. */
import type { Seconds } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'

export interface ConflictRow {
  /** SHA-256 over both notes, `held` first: what the witness's ledger enters. */
  readonly digest: Uint8Array
  readonly origin: string
  readonly size: number
  /** What was cosigned here. */
  readonly held: string
  readonly other: string
  readonly found_at: Seconds
  /** When an operator let witnessing go on. */
  readonly resumed_at: Seconds | null
}

export async function insertConflicts(tx: Transaction, rows: readonly ConflictRow[]): Promise<void> {
  await tx.insertInto('witness_conflicts').values(rows).execute()
}

/** An effect's writer: every open conflict of these ledgers is settled. */
export async function settleConflicts(
  tx: Transaction,
  rows: readonly { readonly origin: string; readonly resumed_at: Seconds }[],
): Promise<void> {
  for (const { origin, resumed_at } of rows)
    await tx
      .updateTable('witness_conflicts')
      .set({ resumed_at })
      .where('origin', '=', origin)
      .where('resumed_at', 'is', null)
      .execute()
}

export async function readConflicts(database: Database): Promise<readonly ConflictRow[]> {
  return database.selectFrom('witness_conflicts').selectAll().orderBy('found_at').orderBy('digest').execute()
}
