/**
 * Answers for the table of permitted transfers: by it they are counted for agreements that aggregate. What a decision was
 * counted on is counted again in the transaction of its entry, where no other writer is, and must be the same.
 */
import { type RawBuilder, sql } from 'kysely'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Window } from '../../protocol/policy/counting.ts'
import type { Database, Transaction } from '../database/open.ts'
import { bigintColumn, textColumn } from '../database/values.ts'
import { Overtaken } from './overtaken.ts'

/** Transfers of one pair in one category. */
export interface Series {
  readonly sender: PartyId
  readonly recipient: PartyId
  readonly category: string
}

export interface TransferRow extends Series {
  readonly at: Seconds
}

/** What of a series a decision was counted on. */
export interface CountedRow extends Series, Window {
  readonly count: number
}

/** What an entry was counted on, and what it adds: nothing when it is denied. */
export interface Counting {
  readonly on: readonly CountedRow[]
  readonly adds: readonly TransferRow[]
}

/** In their order. */
export async function countTransfers(
  database: Database,
  wanted: readonly (Series & Window)[],
): Promise<readonly number[]> {
  if (wanted.length === 0) return []
  const column = <K extends keyof (Series & Window)>(name: K) => wanted.map((each) => each[name])
  const { rows } = await sql<{ count: number }>`
    select (
      select count(*) from (
        select 1 from transfers
        where transfers.sender = given.sender and transfers.recipient = given.recipient
          and transfers.category = given.category and transfers.at > given.since
        limit given.most) as found) as count
    from unnest(
      ${textColumn(column('sender'))}, ${textColumn(column('recipient'))}, ${textColumn(column('category'))},
      ${bigintColumn(column('since'))}, ${bigintColumn(column('most'))}
    ) with ordinality as given (sender, recipient, category, since, most, place)
    order by given.place`.execute(database)
  return rows.map(({ count }) => count)
}

/** Of a batch, in its order. Throws `Overtaken` when something was entered since that a decision is not counted on. */
export async function enterCounts(tx: Transaction, countings: readonly Counting[]): Promise<void> {
  const on = countings.flatMap((counting) => counting.on)
  const entered = await countTransfers(tx, on)
  requireSame(countings, new Map(on.map((row, i) => [row, entered[i] ?? 0])))
  const adds = countings.flatMap((counting) => counting.adds)
  if (adds.length > 0) await insertTransfers(adds).execute(tx)
}

/** What stands before an entry is what was entered earlier, and what comes before it in the batch. */
function requireSame(countings: readonly Counting[], entered: ReadonlyMap<CountedRow, number>): void {
  const before: TransferRow[] = []
  for (const { on, adds } of countings) {
    for (const row of on) {
      const here = before.filter((each) => isOf(row, each) && each.at > row.since).length
      if (Math.min(row.most, (entered.get(row) ?? 0) + here) !== row.count)
        throw new Overtaken(`${row.sender} ${row.recipient} ${row.category}`)
    }
    before.push(...adds)
  }
}

function isOf(a: Series, b: Series): boolean {
  return a.sender === b.sender && a.recipient === b.recipient && a.category === b.category
}

export function insertTransfers(rows: readonly TransferRow[]): RawBuilder<unknown> {
  const column = <K extends keyof TransferRow>(name: K) => rows.map((row) => row[name])
  return sql`
    insert into transfers (sender, recipient, category, at)
    select * from unnest(
      ${textColumn(column('sender'))}, ${textColumn(column('recipient'))}, ${textColumn(column('category'))},
      ${bigintColumn(column('at'))})`
}
