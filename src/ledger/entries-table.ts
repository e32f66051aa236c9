/** Answers for the table of entries: each leaf with the record it commits to, found by its place or by its event's key. */
import { type RawBuilder, sql } from 'kysely'
import { Rejected } from '../../protocol/errors.ts'
import type { Range } from '../../protocol/ledger/merkle.ts'
import type { Database, Transaction } from '../database/open.ts'
import { bigintColumn, byteaColumn, textColumn } from '../database/values.ts'

export interface NewEntry {
  readonly leaf: Uint8Array
  /** protocol/ledger/record */
  readonly record: Uint8Array
  /** What the record's fields are salted from. */
  readonly secret: Uint8Array
  /** The caller's name for the event, entered once. */
  readonly key: string
  /** 32 bytes by which the caller tells the same event from another under the same key. */
  readonly fingerprint: Uint8Array
}

export interface StoredEntry extends Omit<NewEntry, 'record' | 'secret'> {
  readonly index: number
  /** Null, and `secret` with it, once the record was shredded. */
  readonly record: Uint8Array | null
  readonly secret: Uint8Array | null
  /** Of a shredded record: what the row still proves itself by (row-proof.ts). */
  readonly kept: Uint8Array | null
}

export async function readEntries(
  database: Database,
  { start, end }: Range,
): Promise<readonly StoredEntry[]> {
  return database
    .selectFrom('ledger_entry')
    .selectAll()
    .where('index', '>=', start)
    .where('index', '<', end)
    .orderBy('index')
    .execute()
}

/** Those of the events that are entered. */
export async function findEntries(
  database: Database,
  keys: readonly string[],
): Promise<readonly StoredEntry[]> {
  if (keys.length === 0) return []
  return database.selectFrom('ledger_entry').selectAll().where('key', 'in', keys).execute()
}

/** Where the events of these keys are entered. */
export async function indexesOf(
  database: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ key: string; index: number }>`
    select key, index from ledger_entry where key = any(${textColumn(keys)})`.execute(database)
  return new Map(rows.map(({ key, index }) => [key, index]))
}

export async function readLeaves(database: Database, { start, end }: Range): Promise<readonly Uint8Array[]> {
  const rows = await database
    .selectFrom('ledger_entry')
    .select(['index', 'leaf'])
    .where('index', '>=', start)
    .where('index', '<', end)
    .orderBy('index')
    .execute()
  const whole = rows.length === end - start && rows.every(({ index }, i) => index === start + i)
  if (!whole) throw new Rejected('broken-chain', `entries ${start} to ${end} are not all there`)
  return rows.map(({ leaf }) => leaf)
}

/** A record to be shredded, and what its row keeps (row-proof.ts). */
export interface ShreddedRow {
  readonly index: number
  readonly kept: Uint8Array
}

/** Record and key are gone with the commit; the leaf stays. */
export async function shredRecords(tx: Transaction, rows: readonly ShreddedRow[]): Promise<void> {
  await sql`
    update ledger_entry set record = null, secret = null, kept = given.kept
    from unnest(
      ${bigintColumn(rows.map(({ index }) => index))}, ${byteaColumn(rows.map(({ kept }) => kept))}
    ) as given (index, kept)
    where ledger_entry.index = given.index`.execute(tx)
}

/** A statement that enters them from this index on, if `condition` has a row. */
export function insertEntries(
  start: number,
  entries: readonly NewEntry[],
  condition: string,
): RawBuilder<unknown> {
  const column = <K extends keyof NewEntry>(name: K): NewEntry[K][] => entries.map((entry) => entry[name])
  return sql`
    insert into ledger_entry (index, leaf, record, secret, key, fingerprint)
    select made.* from unnest(
      ${bigintColumn(entries.map((_, i) => start + i))}, ${byteaColumn(column('leaf'))}, ${byteaColumn(column('record'))},
      ${byteaColumn(column('secret'))}, ${textColumn(column('key'))}, ${byteaColumn(column('fingerprint'))}
    ) as made, ${sql.table(condition)}`
}
