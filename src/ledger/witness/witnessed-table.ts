/** Answers for the table of witnessed ledgers: for each the last checkpoint that was cosigned here, which only moves forward. */
import type { Seconds } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'

export interface WitnessedRow {
  readonly origin: string
  readonly size: number
  /** The checkpoint with the lines of this witness: whoever writes a row without its keys is found out. */
  readonly note: string
  readonly cosigned_at: Seconds
  /** The ledger has two histories. Nothing is cosigned until an operator says otherwise. */
  readonly stopped: boolean
}

export async function readWitnessed(database: Database, origin: string): Promise<WitnessedRow | undefined> {
  return database.selectFrom('witnessed_ledgers').selectAll().where('origin', '=', origin).executeTakeFirst()
}

/**
 * Puts the row in the place of the one of this size, or of none, and nothing else: `false` when it is no longer there, for
 * another request was first. One statement, which the database lets one writer at a time make, in whatever process.
 */
export async function moveWitnessed(
  database: Database,
  from: number | undefined,
  row: Omit<WitnessedRow, 'stopped'>,
): Promise<boolean> {
  const moved =
    from === undefined
      ? await database
          .insertInto('witnessed_ledgers')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .returning('origin')
          .execute()
      : await database
          .updateTable('witnessed_ledgers')
          .set(row)
          .where('origin', '=', row.origin)
          .where('size', '=', from)
          .where('stopped', '=', false)
          .returning('origin')
          .execute()
  return moved.length === 1
}

/** An effect's writer: of these ledgers nothing more is cosigned, or again. */
export async function markWitnessed(
  tx: Transaction,
  rows: readonly Pick<WitnessedRow, 'origin' | 'stopped'>[],
): Promise<void> {
  for (const { origin, stopped } of rows)
    await tx.updateTable('witnessed_ledgers').set({ stopped }).where('origin', '=', origin).execute()
}
