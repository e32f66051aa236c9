/** Answers for tiles: a published log read whole from its tiles and bundles, paths both ways, and growth by batches. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { emptyFrontier, leafHash, rootOf } from '../../protocol/ledger/merkle.ts'
import {
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../protocol/ledger/merkle-proof.ts'
import { parseNote, parseVkey, verifyNote } from '../../protocol/ledger/note.ts'
import {
  entriesBytes,
  entriesPath,
  grow,
  nodesFromTiles,
  parseEntries,
  parseTile,
  parseTilePath,
  type Tile,
  type TileId,
  tileBytes,
  tileOf,
  tilePath,
  tilesOf,
} from '../../protocol/ledger/tiles.ts'
import { readerOf, treeRoot } from '../support/ledger.ts'
import { counted, vectors } from '../support/vectors.ts'

const malformed: unknown = expect.objectContaining({ code: 'malformed-structure' })
const tessera = vectors('ledger/tessera')
const log = path.join(tessera ?? '', 'testdata/log')
/** Of the published log. Its id and every signature bear it out. */
const logVkey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'

const leaf = (i: number): Uint8Array => leafHash(Uint8Array.of(i & 0xff, (i >> 8) & 0xff, i >> 16))
const hashes = Array.from({ length: 70_000 }, (_, i) => leaf(i))

describe.skipIf(tessera === undefined)('a published log', () => {
  const names = tessera === undefined ? [] : readdirSync(log).filter((name) => /^checkpoint\.\d+$/.test(name))

  test('every checkpoint is the root of its tile, and of its entry bundle', () => {
    for (const name of counted('Tessera checkpoints with tiles', names)) {
      const { size, root } = parseCheckpoint(readFileSync(path.join(log, name)))
      expect(name).toBe(`checkpoint.${size}`)
      if (size === 0) continue
      const [tile] = tilesOf(size)
      const id = tile ?? { level: 0, index: 0, width: 0 }
      const bundle = parseEntries(readFileSync(path.join(log, entriesPath(id))), id.width)
      expect(bundle).toHaveLength(size)
      expect(toHex(treeRoot(bundle.map(leafHash)))).toBe(toHex(root))
      const stored = readFileSync(path.join(log, tilePath(id)))
      expect(toHex(treeRoot(parseTile(stored, id.width)))).toBe(toHex(root))
      expect(toHex(tileBytes(bundle.map(leafHash)))).toBe(toHex(stored))
      expect(toHex(entriesBytes(bundle))).toBe(toHex(readFileSync(path.join(log, entriesPath(id)))))
    }
  })

  test('every checkpoint is signed by its key, and a changed one is not', () => {
    for (const name of counted('Tessera signed checkpoints', [...names, 'checkpoint'])) {
      const note = parseNote(readFileSync(path.join(log, name)))
      expect(verifyNote(note, [parseVkey(logVkey)])).toHaveLength(1)
      const changed = { ...note, text: note.text.replace('testdata', 'other') }
      expect(() => verifyNote(changed, [parseVkey(logVkey)])).toThrow(
        expect.objectContaining({ code: 'bad-signature' }),
      )
    }
  })

  test('every pair of its checkpoints is consistent, by proofs from its tiles', () => {
    const roots = names.map((name) => parseCheckpoint(readFileSync(path.join(log, name))))
    const pairs = roots.flatMap((a) =>
      roots.filter((b) => a.size > 0 && a.size <= b.size).map((b) => [a, b] as const),
    )
    for (const [a, b] of counted('Tessera pairs of checkpoints', pairs)) {
      const read = nodesFromTiles(b.size, (id) =>
        parseTile(readFileSync(path.join(log, tilePath(id))), id.width),
      )
      verifyConsistency(a.root, proveConsistency(a.size, b.size, read), b.root)
    }
  })

  test('the paths of its files are read and written alike', () => {
    const files = readdirSync(path.join(log, 'tile'), { recursive: true, encoding: 'utf8' })
      .map((name) => path.posix.join('tile', name))
      .filter((name) => existsSync(path.join(log, name)) && /\/\d+$/.test(name) && !name.endsWith('/0'))
    for (const name of counted('Tessera paths', files)) {
      const id = parseTilePath(name)
      expect(id).toBeDefined()
      if (id === undefined) continue
      expect(id.level === 'entries' ? entriesPath(id) : tilePath({ ...id, level: id.level })).toBe(name)
    }
  })
})

describe('paths', () => {
  test.each([
    { id: { level: 0, index: 0, width: 256 }, name: 'tile/0/000' },
    { id: { level: 3, index: 999, width: 1 }, name: 'tile/3/999.p/1' },
    { id: { level: 1, index: 1000, width: 255 }, name: 'tile/1/x001/000.p/255' },
    { id: { level: 0, index: 1_234_067, width: 256 }, name: 'tile/0/x001/x234/067' },
  ])('$name', ({ id, name }) => {
    expect(tilePath(id)).toBe(name)
    expect(parseTilePath(name)).toEqual(id)
    const bundle = name.replace(/^tile\/\d+/, 'tile/entries')
    expect(entriesPath(id)).toBe(bundle)
    expect(parseTilePath(bundle)).toEqual({ ...id, level: 'entries' })
  })

  test.each([
    ...['tile/00/000', 'tile/64/000', 'tile/-1/000', 'tile/0/00', 'tile/0/0000', 'tile/0/x000/001'],
    ...['tile/0/001/000', 'tile/0/x001/x000', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01'],
    ...['tile/0/000.p', 'tile/0/000/', '/tile/0/000', 'tile/0/../000', 'tile/0/000\n', 'tile/entry/000', ''],
    'tile/0/x999/x999/x999/x999/x999/999',
  ])('%j is no path', (name) => expect(parseTilePath(name)).toBeUndefined())
})

/** What a store would hold after growing in these batches: full tiles for good, the partial ones from the edge. */
function stored(batches: readonly number[]): {
  size: number
  read: (id: TileId) => readonly Uint8Array[]
  root: Uint8Array
} {
  const tiles = new Map<string, Tile>()
  let growth = grow(emptyFrontier, [], [])
  for (const count of batches) {
    const { frontier, edge } = growth
    growth = grow(frontier, edge, hashes.slice(frontier.size, frontier.size + count))
    for (const tile of growth.full) {
      expect(tiles.has(tilePath(tile))).toBe(false)
      tiles.set(tilePath(tile), tile)
    }
  }
  const read = (id: TileId) =>
    (id.width === 256 ? tiles.get(tilePath(id))?.hashes : growth.edge[id.level]) ?? []
  return { size: growth.frontier.size, read, root: rootOf(growth.frontier) }
}

describe('growth', () => {
  test('full tiles come once each, and with the edge are the tiles of the size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 }), (batches) => {
        const { size, read, root } = stored(batches)
        expect(toHex(root)).toBe(toHex(treeRoot(hashes.slice(0, size))))
        for (const id of tilesOf(size)) {
          expect(read(id)).toHaveLength(id.width)
          const first = readerOf(hashes)(8 * id.level, id.index * 256)
          expect(toHex(read(id)[0] ?? root)).toBe(toHex(first))
        }
      }),
      { numRuns: 20 },
    )
  })

  test('proofs from the tiles of 70,000 entries, on three levels', () => {
    const { size, read, root } = stored([65_535, 1, 4_464])
    expect(size).toBe(70_000)
    expect([...tilesOf(size)].at(-1)).toEqual({ level: 2, index: 0, width: 1 })
    const nodes = nodesFromTiles(size, read)
    for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
      verifyInclusion(leaf(index), proveInclusion(index, size, nodes), root)
    }
    for (const first of [1, 256, 65_535, 65_536, 65_537, 69_999]) {
      verifyConsistency(treeRoot(hashes.slice(0, first)), proveConsistency(first, size, nodes), root)
    }
  })

  test('a node that the tile does not hold is refused as bad-proof', () => {
    expect(tileOf({ level: 9, index: 3 }, 70_000)).toEqual({ level: 1, index: 0, width: 256 })
    const nodes = nodesFromTiles(600, () => [])
    expect(() => proveInclusion(3, 600, nodes)).toThrow(expect.objectContaining({ code: 'bad-proof' }))
  })
})

describe('bytes', () => {
  const bundle = entriesBytes([Uint8Array.of(1), new Uint8Array(0), new Uint8Array(300)])

  test('a bundle is read back', () => {
    expect(parseEntries(bundle, 3).map(({ length }) => length)).toEqual([1, 0, 300])
  })

  test.each([
    { name: 'a byte missing', read: () => parseEntries(bundle.slice(0, -1), 3) },
    { name: 'a byte left over', read: () => parseEntries(Uint8Array.of(...bundle, 0), 3) },
    { name: 'a leaf too few', read: () => parseEntries(bundle, 4) },
    { name: 'a leaf too many', read: () => parseEntries(bundle, 2) },
    { name: 'a tile a byte short', read: () => parseTile(new Uint8Array(63), 2) },
    { name: 'a tile of another width', read: () => parseTile(new Uint8Array(64), 3) },
  ])('$name is refused as malformed-structure', ({ read }) => expect(read).toThrow(malformed))

  test('a leaf longer than its length field is our own error', () => {
    expect(() => entriesBytes([new Uint8Array(65_536)])).toThrow(RangeError)
  })
})
