/** Answers for writing to the ledger's tables: every change is fenced, so that there is one order and never a fork. */
import { sql } from 'kysely'
import type { Tile } from '../../protocol/ledger/tiles.ts'
import { tileBytes } from '../../protocol/ledger/tiles.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'
import { bigintColumn, byteaColumn, textColumn } from '../database/values.ts'
import type { Head } from './store.ts'

export interface NewEntry {
  readonly leaf: Uint8Array
  readonly record: Uint8Array
  readonly secret: Uint8Array
  readonly key: string
  readonly fingerprint: Uint8Array
}

/** What one batch changes. The business rows are written after it, in the same transaction. */
export interface Batch {
  readonly from: Pick<Head, 'size' | 'fence'>
  readonly to: Pick<Head, 'size' | 'root' | 'last'>
  readonly entries: readonly NewEntry[]
  readonly tiles: readonly Tile[]
  /** Signatures of earlier batches that are not stored yet. */
  readonly signed: readonly SignedRow[]
}

export interface SignedRow {
  readonly size: number
  readonly signed: Seconds
  readonly note: string
  readonly signatures: Uint8Array
}

/** Another writer moved the head first. Nothing was changed. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** One statement: the head moves from exactly where this writer saw it, or nothing happens and it throws `Fenced`. */
export async function append(tx: Transaction, { from, to, entries, tiles, signed }: Batch): Promise<void> {
  const column = <K extends keyof NewEntry>(name: K): NewEntry[K][] => entries.map((entry) => entry[name])
  const indexes = entries.map((_, i) => from.size + i)
  const { rows } = await sql<{ moved: number }>`
    with moved as (
      update ledger_head set size = ${to.size}, root = ${to.root}, last = ${to.last}
      where size = ${from.size} and fence = ${from.fence}
      returning one
    ), entered as (
      insert into ledger_entry (index, leaf, record, secret, key, fingerprint)
      select entry.* from unnest(
        ${bigintColumn(indexes)}, ${byteaColumn(column('leaf'))}, ${byteaColumn(column('record'))},
        ${byteaColumn(column('secret'))}, ${textColumn(column('key'))}, ${byteaColumn(column('fingerprint'))}
      ) as entry, moved
    ), filled as (
      insert into ledger_tile (level, index, hashes)
      select tile.* from unnest(
        ${bigintColumn(tiles.map(({ level }) => level))}, ${bigintColumn(tiles.map(({ index }) => index))},
        ${byteaColumn(tiles.map(({ hashes }) => tileBytes(hashes)))}
      ) as tile, moved
    ), reached as (
      insert into ledger_checkpoint (size, root) select ${to.size}::bigint, ${to.root}::bytea from moved
    ), kept as (${keepSigned(signed)})
    select count(*) as moved from moved`.execute(tx)
  if (rows[0]?.moved !== 1) throw new Fenced(`the head is no longer at ${from.size}`)
}

/**
 * Stores signatures without waiting for the disk: the root that they sign is durable, and a signature that is lost is
 * made again at the next start.
 */
export async function storeSigned(database: Database, signed: readonly SignedRow[]): Promise<void> {
  await sql`
    with hasty as materialized (select set_config('synchronous_commit', 'off', true)), kept as (${keepSigned(signed)})
    select count(*) from hasty`.execute(database)
}

function keepSigned(signed: readonly SignedRow[]) {
  return sql`
    update ledger_checkpoint set signed = made.signed, note = made.note, signatures = made.signatures
    from unnest(
      ${bigintColumn(signed.map(({ size }) => size))}, ${bigintColumn(signed.map((row) => row.signed))},
      ${textColumn(signed.map(({ note }) => note))}, ${byteaColumn(signed.map(({ signatures }) => signatures))}
    ) as made (size, signed, note, signatures)
    where ledger_checkpoint.size = made.size and ledger_checkpoint.note is null`
}

/** The ledger's first row, unless another replica was first. */
export async function insertHead(database: Database, origin: string, head: Head): Promise<void> {
  await database
    .insertInto('ledger_head')
    .values({ origin, ...head })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * From here no batch that was sent before can commit any more: this waits for one that is committing, and whatever comes
 * later finds another fence. What the tables say then is the outcome.
 */
export async function raiseFence(database: Database): Promise<void> {
  await database
    .updateTable('ledger_head')
    .set(({ eb }) => ({ fence: eb('fence', '+', 1) }))
    .execute()
}

/** Sizes that were reached and not signed: the gateway stopped between the commit and the signature. */
export async function unsignedSizes(
  database: Database,
): Promise<readonly { size: number; root: Uint8Array }[]> {
  return database
    .selectFrom('ledger_checkpoint')
    .select(['size', 'root'])
    .where('note', 'is', null)
    .orderBy('size')
    .execute()
}
