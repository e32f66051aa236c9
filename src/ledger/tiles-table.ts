/** Answers for the table of full tiles, which never change: 256 hashes each. */
import { type RawBuilder, sql } from 'kysely'
import { hashLength, type Range } from '../../protocol/ledger/merkle.ts'
import { parseTile, type Tile, tileBytes } from '../../protocol/ledger/tiles.ts'
import type { Database } from '../database/open.ts'
import { bigintColumn, byteaColumn } from '../database/values.ts'

export interface TileRow {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

/** The hashes of those that are full, in their order. */
export async function readFullTiles(
  database: Database,
  level: number,
  { start, end }: Range,
): Promise<readonly (readonly Uint8Array[])[]> {
  const rows = await database
    .selectFrom('ledger_tile')
    .select('hashes')
    .where('level', '=', level)
    .where('index', '>=', start)
    .where('index', '<', end)
    .orderBy('index')
    .execute()
  return rows.map(({ hashes }) => parseTile(hashes, hashes.length / hashLength))
}

/** A statement that stores them, if `condition` has a row. */
export function insertTiles(tiles: readonly Tile[], condition: string): RawBuilder<unknown> {
  return sql`
    insert into ledger_tile (level, index, hashes)
    select made.* from unnest(
      ${bigintColumn(tiles.map(({ level }) => level))}, ${bigintColumn(tiles.map(({ index }) => index))},
      ${byteaColumn(tiles.map(({ hashes }) => tileBytes(hashes)))}
    ) as made, ${sql.table(condition)}`
}
