/** Answers for the one statement that appends a batch: it is fenced, so that there is one order and never a fork. */
import { type RawBuilder, sql } from 'kysely'
import type { Tile } from '../../protocol/ledger/tiles.ts'
import type { Transaction } from '../database/open.ts'
import { insertCheckpoint, keepSigned, type SignedRow } from './checkpoints-table.ts'
import { insertEntries, type NewEntry } from './entries-table.ts'
import { type Head, moveHead } from './head-table.ts'
import { movePairs, type PairRow } from './pairs-table.ts'
import { insertTiles } from './tiles-table.ts'

/** What one batch changes. */
export interface Batch {
  readonly from: Pick<Head, 'size' | 'fence'>
  readonly to: Pick<Head, 'size' | 'root' | 'last' | 'seal'>
  readonly entries: readonly NewEntry[]
  readonly tiles: readonly Tile[]
  /** The counters that move, as they are then. */
  readonly pairs: readonly PairRow[]
  /** Signatures of earlier batches that are not stored yet. */
  readonly signed: readonly SignedRow[]
  /** That write the business rows. */
  readonly beside: readonly RawBuilder<unknown>[]
}

/** Another writer moved the head first. Nothing was changed. */
export class Fenced extends Error {
  override readonly name = 'Fenced'
}

/** The head moves from exactly where this writer saw it, or nothing happens and it throws `Fenced`. */
export async function append(
  tx: Transaction,
  { from, to, entries, tiles, pairs, signed, beside }: Batch,
): Promise<void> {
  const { rows } = await sql<{ moved: number }>`
    with moved as (${moveHead(from, to)}),
      entered as (${insertEntries(from.size, entries, 'moved')}),
      filled as (${insertTiles(tiles, 'moved')}),
      counted as (${movePairs(pairs, 'moved')}),
      reached as (${insertCheckpoint(to.size, to.root, 'moved')}),
      kept as (${keepSigned(signed)})${named(beside)}
    select count(*) as moved from moved`.execute(tx)
  if (rows[0]?.moved !== 1) throw new Fenced(`the head is no longer at ${from.size}`)
}

function named(statements: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  if (statements.length === 0) return sql``
  return sql.join(
    statements.map((statement, i) => sql`, ${sql.ref(`beside_${i}`)} as (${statement})`),
    sql``,
  )
}
