/**
 * Answers for the table of checkpoints: one for each batch. The root is durable with its entries; the signatures follow,
 * and can be made again.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { bigintColumn, byteaColumn, textColumn } from '../database/values.ts'

export interface StoredCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  readonly signed: Seconds | null
  readonly note: string | null
  /** Both keys' signatures of the root, for receipts: signing.ts. */
  readonly signatures: Uint8Array | null
}

export interface SignedRow {
  readonly size: number
  readonly signed: Seconds
  readonly note: string
  readonly signatures: Uint8Array
}

/** The newest signed note. */
export async function readCheckpoint(database: Database): Promise<string | undefined> {
  const row = await database
    .selectFrom('ledger_checkpoint')
    .select('note')
    .where('note', 'is not', null)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.note ?? undefined
}

export async function readCheckpointAt(
  database: Database,
  size: number,
): Promise<StoredCheckpoint | undefined> {
  return database.selectFrom('ledger_checkpoint').selectAll().where('size', '=', size).executeTakeFirst()
}

/** The checkpoint with which an entry's receipt was first given. */
export async function firstCheckpointOver(
  database: Database,
  index: number,
): Promise<StoredCheckpoint | undefined> {
  return database
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('size', '>', index)
    .orderBy('size')
    .limit(1)
    .executeTakeFirst()
}

/** Those that were reached and not signed: the gateway stopped between the commit and the signature. */
export async function unsignedCheckpoints(database: Database): Promise<readonly StoredCheckpoint[]> {
  return database
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('note', 'is', null)
    .orderBy('size')
    .execute()
}

/** A statement that says, before any signature, which root a size has, if `condition` has a row. */
export function insertCheckpoint(size: number, root: Uint8Array, condition: string): RawBuilder<unknown> {
  return sql`
    insert into ledger_checkpoint (size, root)
    select ${size}::bigint, ${root}::bytea from ${sql.table(condition)}`
}

/** A statement that stores signatures where there are none yet. */
export function keepSigned(signed: readonly SignedRow[]): RawBuilder<unknown> {
  return sql`
    update ledger_checkpoint set signed = made.signed, note = made.note, signatures = made.signatures
    from unnest(
      ${bigintColumn(signed.map(({ size }) => size))}, ${bigintColumn(signed.map((row) => row.signed))},
      ${textColumn(signed.map(({ note }) => note))}, ${byteaColumn(signed.map(({ signatures }) => signatures))}
    ) as made (size, signed, note, signatures)
    where ledger_checkpoint.size = made.size and ledger_checkpoint.note is null`
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
