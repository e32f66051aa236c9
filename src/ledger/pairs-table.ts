/** Answers for the table of counters: how many transfers each party has sent to each other one through this ledger. */
import { type RawBuilder, sql } from 'kysely'
import type { PartyId } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { bigintColumn, textColumn } from '../database/values.ts'

export interface PairRow {
  readonly sender: PartyId
  readonly recipient: PartyId
  readonly count: number
  /** The last entry that is counted; its record holds the same number. */
  readonly entry: number
}

/** Those that moved with this entry or a later one. */
export async function readPairs(database: Database, sinceEntry: number): Promise<readonly PairRow[]> {
  return database.selectFrom('ledger_pair').selectAll().where('entry', '>=', sinceEntry).execute()
}

/** A statement that moves the counters, if `condition` has a row. Each pair is given once. */
export function movePairs(pairs: readonly PairRow[], condition: string): RawBuilder<unknown> {
  return sql`
    insert into ledger_pair (sender, recipient, count, entry)
    select made.* from unnest(
      ${textColumn(pairs.map(({ sender }) => sender))}, ${textColumn(pairs.map(({ recipient }) => recipient))},
      ${bigintColumn(pairs.map(({ count }) => count))}, ${bigintColumn(pairs.map(({ entry }) => entry))}
    ) as made, ${sql.table(condition)}
    on conflict (sender, recipient) do update set count = excluded.count, entry = excluded.entry`
}
