/** Answers for reading the ledger out of its tables: its head, entries, tiles, checkpoints, and the proofs made of them. */
import { Rejected } from '../../protocol/errors.ts'
import { appendMany, emptyFrontier, hashLength, leafHash, rootOf } from '../../protocol/ledger/merkle.ts'
import {
  type Consistency,
  consistencyRanges,
  type Inclusion,
  inclusionRanges,
  type NodeReader,
  proveConsistency,
  proveInclusion,
} from '../../protocol/ledger/merkle-proof.ts'
import { perfectNodes, type Range } from '../../protocol/ledger/merkle.ts'
import {
  entriesBytes,
  nodesFromTiles,
  parseTile,
  type TileId,
  type TilePath,
  tileBytes,
  tileOf,
  tilePath,
  tileWidth,
} from '../../protocol/ledger/tiles.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'

export interface Head {
  readonly descriptor: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly last: Uint8Array
  readonly fence: number
}

export interface StoredEntry {
  readonly index: number
  readonly leaf: Uint8Array
  /** protocol/ledger/record; null once it was shredded. */
  readonly record: Uint8Array | null
  readonly secret: Uint8Array | null
  readonly key: string
  readonly fingerprint: Uint8Array
}

export interface StoredCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  readonly signed: Seconds | null
  readonly note: string | null
  readonly signatures: Uint8Array | null
}

/** `undefined` before the first start of a sequencer. */
export async function readHead(database: Database): Promise<Head | undefined> {
  return database
    .selectFrom('ledger_head')
    .select(['descriptor', 'size', 'root', 'last', 'fence'])
    .executeTakeFirst()
}

export async function readEntry(database: Database, index: number): Promise<StoredEntry | undefined> {
  return database.selectFrom('ledger_entry').selectAll().where('index', '=', index).executeTakeFirst()
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

/** The bytes under a C2SP path; `undefined` when the ledger does not reach that far. */
export async function readTile(database: Database, tile: TilePath): Promise<Uint8Array | undefined> {
  const size = (await readHead(database))?.size ?? 0
  const level = tile.level === 'entries' ? 0 : tile.level
  const start = tile.index * tileWidth
  const end = start + tile.width
  if (end > Math.floor(size / tileWidth ** level)) return undefined
  if (tile.level === 'entries') return entriesBytes(await readLeaves(database, { start, end }))
  return tileBytes(await readHashes(database, { ...tile, level }))
}

/** The hashes of a tile: as stored when it is full, or else from the level below. */
export async function readHashes(
  database: Database,
  { level, index, width }: TileId,
): Promise<readonly Uint8Array[]> {
  const full = await readFullTiles(database, level, { start: index, end: index + 1 })
  if (full[0] !== undefined) return full[0].slice(0, width)
  const range = { start: index * tileWidth, end: index * tileWidth + width }
  if (level === 0) return (await readLeaves(database, range)).map(leafHash)
  const below = await readFullTiles(database, level - 1, range)
  if (below.length !== width)
    throw new Rejected('broken-chain', `tiles under ${tilePath({ level, index, width })} are missing`)
  return below.map((hashes) => rootOf(appendMany(emptyFrontier, hashes)))
}

async function readFullTiles(database: Database, level: number, { start, end }: Range) {
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

export async function inclusionAt(database: Database, index: number, size: number): Promise<Inclusion> {
  const read = await readNodes(database, size, inclusionRanges(index, size))
  return proveInclusion(index, size, read)
}

export async function consistencyBetween(
  database: Database,
  first: number,
  second: number,
): Promise<Consistency> {
  const read = await readNodes(database, second, consistencyRanges(first, second))
  return proveConsistency(first, second, read)
}

export async function rootAt(database: Database, size: number): Promise<Uint8Array> {
  const whole = { start: 0, end: size }
  const read = await readNodes(database, size, [whole])
  return rootOf({ size, peaks: perfectNodes(whole).map(({ level, index }) => read(level, index)) })
}

/** Reads ahead every tile that these ranges of a ledger of this size need: proving itself does not wait. */
export async function readNodes(
  database: Database,
  size: number,
  ranges: readonly Range[],
): Promise<NodeReader> {
  const tiles = new Map(
    ranges
      .flatMap((range) => perfectNodes(range).map((node) => tileOf(node, size)))
      .map((tile) => [tilePath(tile), tile]),
  )
  const read = new Map<string, readonly Uint8Array[]>()
  for (const [path, tile] of tiles) read.set(path, await readHashes(database, tile))
  return nodesFromTiles(size, (tile) => read.get(tilePath(tile)) ?? [])
}
