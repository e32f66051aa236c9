/** Answers for the table of time stamps: what an authority that is nobody's here said of a checkpoint, and when. */
import type { Seconds } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'

export interface TimeStampRow {
  readonly size: number
  /** The signed note, letter for letter what was stamped. */
  readonly note: string
  /** RFC 3161 TimeStampToken, DER. */
  readonly token: Uint8Array
  /** When the authority says that it saw it. */
  readonly at: Seconds
}

/** An effect's writer. */
export async function insertTimeStamps(tx: Transaction, rows: readonly TimeStampRow[]): Promise<void> {
  await tx
    .insertInto('ledger_timestamp')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function newestTimeStamp(database: Database): Promise<TimeStampRow | undefined> {
  return database
    .selectFrom('ledger_timestamp')
    .selectAll()
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The oldest first, from this size on. */
export async function timeStampsFrom(
  database: Database,
  size: number,
  limit: number,
): Promise<readonly TimeStampRow[]> {
  return database
    .selectFrom('ledger_timestamp')
    .selectAll()
    .where('size', '>=', size)
    .orderBy('size')
    .limit(limit)
    .execute()
}
