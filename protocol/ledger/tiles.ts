/** Answers for C2SP tlog-tiles: which tiles a ledger of a size has, their paths and bytes, and proofs read from them. */
import { concat } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { appendMany, emptyFrontier, type Frontier, hashLength, type NodeId, rootOf } from './merkle.ts'
import type { NodeReader } from './merkle-proof.ts'

const tileHeight = 8
export const tileWidth = 256

/** `width` hashes of the index-th tile of a level: the roots of subtrees of 2^(8·level) leaves. 256 when it is full. */
export interface TileId {
  readonly level: number
  readonly index: number
  readonly width: number
}

export interface Tile extends TileId {
  readonly hashes: readonly Uint8Array[]
}

/** The hashes of the last, partial tile of each level, lowest first: what growing by whole tiles needs. */
export type Edge = readonly (readonly Uint8Array[])[]

export interface Growth {
  readonly frontier: Frontier
  readonly edge: Edge
  /** Tiles that became full, each of them for good. */
  readonly full: readonly Tile[]
}

/** Appends leaf hashes to the frontier and to the edge at once, so that no node is hashed twice. */
export function grow(frontier: Frontier, edge: Edge, leaves: readonly Uint8Array[]): Growth {
  const levels = edge.map((hashes) => [...hashes])
  const full: Tile[] = []
  const add = (level: number, index: number, hash: Uint8Array): void => {
    const hashes = (levels[level] ??= [])
    hashes.push(hash)
    if (hashes.length < tileWidth) return
    full.push({ level, index: Math.floor(index / tileWidth), width: tileWidth, hashes: [...hashes] })
    hashes.length = 0
  }
  for (const [i, leaf] of leaves.entries()) add(0, frontier.size + i, leaf)
  const grown = appendMany(frontier, leaves, ({ level, index }, hash) => {
    if (level % tileHeight === 0) add(level / tileHeight, index, hash)
  })
  return { frontier: grown, edge: levels, full }
}

/** Every tile of a ledger of this size, level by level, the partial one of each level last. */
export function* tilesOf(size: number): Generator<TileId> {
  for (
    let [level, count] = [0, size];
    count > 0;
    [level, count] = [level + 1, Math.floor(count / tileWidth)]
  ) {
    for (let index = 0; index * tileWidth < count; index++) yield tileAt(level, index, count)
  }
}

function tileAt(level: number, index: number, count: number): TileId {
  return { level, index, width: Math.min(tileWidth, count - index * tileWidth) }
}

/** The tile in which a perfect subtree of a ledger of this size is, or can be computed. */
export function tileOf({ level, index }: NodeId, size: number): TileId {
  const tileLevel = Math.floor(level / tileHeight)
  const tileIndex = Math.floor((index * 2 ** (level % tileHeight)) / tileWidth)
  return tileAt(tileLevel, tileIndex, Math.floor(size / tileWidth ** tileLevel))
}

/** Reads the nodes of a ledger of this size out of its tiles; `read` gives the hashes of a tile. */
export function nodesFromTiles(size: number, read: (tile: TileId) => readonly Uint8Array[]): NodeReader {
  return (level, index) => {
    const hashes = read(tileOf({ level, index }, size))
    const width = 2 ** (level % tileHeight)
    const start = (index * width) % tileWidth
    const under = hashes.slice(start, start + width)
    if (under.length !== width) throw new Rejected('bad-proof', `tile without node ${level}/${index}`)
    return rootOf(appendMany(emptyFrontier, under))
  }
}

/** `tile/<L>/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: TileId): string {
  return `tile/${level}/${position(index, width)}`
}

/** `tile/entries/<N>[.p/<W>]`: the leaves under the tile of level 0 with the same index and width. */
export function entriesPath({ index, width }: Omit<TileId, 'level'>): string {
  return `tile/entries/${position(index, width)}`
}

export type TilePath = TileId | { readonly level: 'entries'; readonly index: number; readonly width: number }

/** Reads either path; `undefined` for any text that is not one of them exactly. */
export function parseTilePath(path: string): TilePath | undefined {
  const [, levelText = '', groups = '', widthText] = tilePattern.exec(path) ?? []
  if (groups === '') return undefined
  const index = Number(groups.replaceAll(/[x/]/g, ''))
  const width = widthText === undefined ? tileWidth : Number(widthText)
  const level = levelText === 'entries' ? levelText : Number(levelText)
  const canonical =
    width > 0 && position(index, width) === groups + (widthText === undefined ? '' : `.p/${widthText}`)
  return canonical && (level === 'entries' || level < 64) ? { level, index, width } : undefined
}

const tilePattern =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,4}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** 1234067 is x001/x234/067. */
function position(index: number, width: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  const groups = padded.match(/.{3}/g)?.join('/x') ?? ''
  const marked = groups.includes('/') ? `x${groups}`.replace(/x([0-9]{3})$/, '$1') : groups
  return width < tileWidth ? `${marked}.p/${width}` : marked
}

export function tileBytes(hashes: readonly Uint8Array[]): Uint8Array {
  return concat(...hashes)
}

export function parseTile(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  if (bytes.length !== width * hashLength)
    throw new Rejected('malformed-structure', `tile: ${width} hashes expected`)
  return Array.from({ length: width }, (_, i) => bytes.slice(i * hashLength, (i + 1) * hashLength))
}

/** Each leaf after its length in two bytes, big-endian. */
export function entriesBytes(leaves: readonly Uint8Array[]): Uint8Array {
  return concat(...leaves.flatMap((leaf) => [length16(leaf), leaf]))
}

function length16({ length }: Uint8Array): Uint8Array {
  if (length > 0xffff) throw new RangeError('a leaf has at most 65535 bytes')
  return Uint8Array.of(length >> 8, length & 0xff)
}

/** The leaves where they lie. */
export function parseEntries(bytes: Uint8Array, width: number): readonly Uint8Array[] {
  const leaves: Uint8Array[] = []
  let at = 0
  while (at + 2 <= bytes.length && leaves.length < width) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    if (end > bytes.length) break
    leaves.push(bytes.subarray(at + 2, end))
    at = end
  }
  if (leaves.length === width && at === bytes.length) return leaves
  throw new Rejected('malformed-structure', `entry bundle: ${width} leaves expected`)
}
