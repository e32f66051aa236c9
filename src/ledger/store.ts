/** Answers for what is made of the ledger's tables: tiles and bundles as they are served, roots, and proofs. */
import { Rejected } from '../../protocol/errors.ts'
import {
  appendMany,
  emptyFrontier,
  leafHash,
  perfectNodes,
  type Range,
  rootOf,
} from '../../protocol/ledger/merkle.ts'
import {
  type Inclusion,
  inclusionRanges,
  type NodeReader,
  proveInclusion,
} from '../../protocol/ledger/merkle-proof.ts'
import {
  entriesBytes,
  nodesFromTiles,
  type TileId,
  type TilePath,
  tileBytes,
  tileOf,
  tilePath,
  tileWidth,
} from '../../protocol/ledger/tiles.ts'
import type { Database } from '../database/open.ts'
import { readLeaves } from './entries-table.ts'
import { readHead } from './head-table.ts'
import { readFullTiles } from './tiles-table.ts'

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

export async function inclusionAt(database: Database, index: number, size: number): Promise<Inclusion> {
  const read = await readNodes(database, size, inclusionRanges(index, size))
  return proveInclusion(index, size, read)
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
