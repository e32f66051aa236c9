/**
 * Answers for growing a tree by whole tiles, hashes side by side in flat buffers: what a reader of a million entries needs,
 * where `tiles.ts` serves a writer of a few. The tiles and roots are the same.
 */
import { suite } from '#suite'
import { concat } from '../bytes.ts'
import { emptyRoot, fold, hashLength, perfectNodes } from './merkle.ts'
import { type TileId, tileWidth } from './tiles.ts'

/** A tile as its file holds it. */
export interface FlatTile extends TileId {
  readonly hashes: Uint8Array
}

/** The last, partial tile of each level, lowest first, is all that growing needs. */
export interface FlatTree {
  readonly size: number
  readonly edge: readonly Uint8Array[]
}

export interface FlatGrowth {
  readonly tree: FlatTree
  /** Tiles that became full, each of them for good. */
  readonly full: readonly FlatTile[]
}

export const emptyTree: FlatTree = { size: 0, edge: [] }
const tileLength = tileWidth * hashLength

/** Appends leaf hashes that lie side by side; each node is hashed once. */
export function growFlat({ size, edge }: FlatTree, leaves: Uint8Array): FlatGrowth {
  const full: FlatTile[] = []
  const grown = [...edge]
  let [arriving, count] = [leaves, size]
  for (let level = 0; arriving.length > 0; level++) {
    const hashes = joined(edge[level], arriving)
    const first = Math.floor(count / tileWidth)
    const tiles = Math.floor(hashes.length / tileLength)
    arriving = new Uint8Array(tiles * hashLength)
    for (let i = 0; i < tiles; i++) {
      const tile = hashes.subarray(i * tileLength, (i + 1) * tileLength)
      full.push({ level, index: first + i, width: tileWidth, hashes: tile })
      arriving.set(perfectRoot(tile), i * hashLength)
    }
    grown[level] = hashes.slice(tiles * tileLength)
    count = first
  }
  return { tree: { size: size + leaves.length / hashLength, edge: grown }, full }
}

function joined(waiting: Uint8Array | undefined, arriving: Uint8Array): Uint8Array {
  return waiting === undefined || waiting.length === 0 ? arriving : concat(waiting, arriving)
}

/** The root of 2^k hashes side by side. */
function perfectRoot(hashes: Uint8Array): Uint8Array {
  let level = hashes
  while (level.length > hashLength) level = parents(level)
  return level
}

function parents(hashes: Uint8Array): Uint8Array {
  const above = new Uint8Array(hashes.length / 2)
  for (let at = 0; at < hashes.length; at += 2 * hashLength) {
    for (let i = 0; i < 2 * hashLength; i++) pair[1 + i] = hashes[at + i] ?? 0
    suite.sha256Into(above, at / 2, pair)
  }
  return above
}

// Hashing is synchronous and keeps nothing, so that one buffer serves every node.
const pair = new Uint8Array(1 + 2 * hashLength).fill(1, 0, 1)

export function rootOfTree({ size, edge }: FlatTree): Uint8Array {
  return size === 0 ? emptyRoot : fold(edge.toReversed().flatMap(peaksOf))
}

function peaksOf(hashes: Uint8Array): readonly Uint8Array[] {
  return perfectNodes({ start: 0, end: hashes.length / hashLength }).map(({ level, index }) => {
    const length = hashLength * 2 ** level
    return perfectRoot(hashes.subarray(index * length, (index + 1) * length))
  })
}

/** The partial tiles at the end of the tree, lowest level first. */
export function partialTilesOf({ size, edge }: FlatTree): readonly FlatTile[] {
  return edge.flatMap((hashes, level) => {
    const index = Math.floor(size / tileWidth ** (level + 1))
    return hashes.length === 0 ? [] : [{ level, index, width: hashes.length / hashLength, hashes }]
  })
}
