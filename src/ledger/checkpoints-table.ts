/**
 * Answers for the table of checkpoints: one for each batch. The root is durable with its entries; the signatures follow,
 * and can be made again. A signature covers all batches before it, so that not every root has one.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Range } from '../../protocol/ledger/merkle.ts'
import type { Seconds } from '../../protocol/names.ts'
import { hasty } from '../database/hasty.ts'
import type { Database } from '../database/open.ts'
import { bigintColumn, byteaColumn, textColumn } from '../database/values.ts'

export interface StoredCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  readonly signed: Seconds | null
  /** Null where nobody asked for it yet. */
  readonly note: string | null
  /** Both keys' signatures of the root, for receipts: signing.ts. */
  readonly signatures: Uint8Array | null
}

export interface SignedRow {
  readonly size: number
  readonly signed: Seconds
  readonly note: string | null
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

/** The checkpoint with which an entry's receipt was first given: the first that is signed. */
export async function firstSignedOver(
  database: Database,
  index: number,
): Promise<StoredCheckpoint | undefined> {
  return database
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('size', '>', index)
    .where('signed', 'is not', null)
    .orderBy('size')
    .limit(1)
    .executeTakeFirst()
}

/** Both keys' signatures of the roots of these sizes, where there are any. */
export async function signaturesWithin(
  database: Database,
  { start, end }: Range,
): Promise<readonly (readonly [number, Uint8Array])[]> {
  const rows = await database
    .selectFrom('ledger_checkpoint')
    .select(['size', 'signatures'])
    .where('size', '>=', start)
    .where('size', '<', end)
    .where('signatures', 'is not', null)
    .orderBy('size')
    .execute()
  return rows.flatMap(({ size, signatures }) => (signatures === null ? [] : [[size, signatures] as const]))
}

/** Those of these sizes, signed or not. */
export async function checkpointsWithin(
  database: Database,
  { start, end }: Range,
): Promise<readonly StoredCheckpoint[]> {
  return database
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('size', '>=', start)
    .where('size', '<', end)
    .orderBy('size')
    .execute()
}

/** The newest root, if neither it nor any after it is signed: the gateway stopped between the commit and the signature. */
export async function newestUnsigned(database: Database): Promise<StoredCheckpoint | undefined> {
  const newest = await database
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest?.signed === null ? newest : undefined
}

/** A statement that says, before any signature, which root a size has, if `condition` has a row. */
export function insertCheckpoint(size: number, root: Uint8Array, condition: string): RawBuilder<unknown> {
  return sql`
    insert into ledger_checkpoint (size, root)
    select ${size}::bigint, ${root}::bytea from ${sql.table(condition)}`
}

/** A statement that stores signatures, and notes, where there are none yet. */
export function keepSigned(signed: readonly SignedRow[]): RawBuilder<unknown> {
  return sql`
    update ledger_checkpoint as stored
    set signed = coalesce(stored.signed, made.signed), signatures = coalesce(stored.signatures, made.signatures),
      note = coalesce(stored.note, nullif(made.note, ''))
    from unnest(
      ${bigintColumn(signed.map(({ size }) => size))}, ${bigintColumn(signed.map((row) => row.signed))},
      ${textColumn(signed.map(({ note }) => note ?? ''))}, ${byteaColumn(signed.map(({ signatures }) => signatures))}
    ) as made (size, signed, note, signatures)
    where stored.size = made.size and (stored.signed is null or stored.note is null)
    returning stored.size`
}

/**
 * Stores signatures without waiting for the disk: the root that they sign is durable, and a signature that is lost is
 * made again at the next start.
 */
export async function storeSigned(database: Database, signed: readonly SignedRow[]): Promise<void> {
  await hasty(keepSigned(signed)).execute(database)
}
