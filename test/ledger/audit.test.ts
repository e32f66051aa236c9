/** Answers for auditing from bytes: flat trees are the trees, commitments of bytes are those of records, the first wrong entry is named. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import { encode } from '../../protocol/cbor.ts'
import { auditEntries, beginAudit, partialTiles } from '../../protocol/ledger/audit.ts'
import { commitBytes, verifyRecordBytes } from '../../protocol/ledger/commitment.ts'
import { commit, parseLeaf } from '../../protocol/ledger/entry.ts'
import { emptyTree, type FlatTile, growFlat, rootOfTree } from '../../protocol/ledger/flat-tiles.ts'
import { emptyFrontier, leafHash, rootOf } from '../../protocol/ledger/merkle.ts'
import { recordBytes } from '../../protocol/ledger/record.ts'
import {
  entriesBytes,
  type Growth,
  grow,
  parseEntries,
  tileBytes,
  tilePath,
} from '../../protocol/ledger/tiles.ts'
import { beginMissing, shreddedBy, shreddingDetail } from '../../protocol/ledger/shredding.ts'
import { descriptor, entries, fullRecord, keyOf, recordOf, smallRecord } from '../support/ledger.ts'

const hashes = Array.from({ length: 66_000 }, (_, i) =>
  leafHash(Uint8Array.of(i & 0xff, (i >> 8) & 0xff, i >> 16)),
)
const named = (tiles: readonly FlatTile[]) => tiles.map((tile) => `${tilePath(tile)} ${toHex(tile.hashes)}`)

describe('a flat tree', () => {
  test('has the root and the tiles of the tree that grows hash by hash, however the hashes arrive', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 })
    fc.assert(
      fc.property(sizes, (steps) => {
        let [flat, slow] = [
          emptyTree,
          { frontier: emptyFrontier, edge: [] } as Pick<Growth, 'frontier' | 'edge'>,
        ]
        for (const step of steps) {
          const next = hashes.slice(flat.size, flat.size + step)
          const [grownFlat, grown] = [growFlat(flat, tileBytes(next)), grow(slow.frontier, slow.edge, next)]
          const full = grown.full.map((tile) => ({ ...tile, hashes: tileBytes(tile.hashes) }))
          expect(named(grownFlat.full).toSorted()).toEqual(named(full).toSorted())
          ;[flat, slow] = [grownFlat.tree, grown]
        }
        expect(toHex(rootOfTree(flat))).toBe(toHex(rootOf(slow.frontier)))
        expect(flat.size).toBe(slow.frontier.size)
      }),
      { numRuns: 50 },
    )
  })

  test('reaches the third level of tiles', () => {
    const { tree, full } = growFlat(emptyTree, tileBytes(hashes))
    const slow = grow(emptyFrontier, [], hashes)
    expect(toHex(rootOfTree(tree))).toBe(toHex(rootOf(slow.frontier)))
    expect(full.map(tilePath).toSorted()).toEqual(slow.full.map(tilePath).toSorted())
    expect(tree.edge.map((edge) => edge.length / 32)).toEqual([208, 1, 1])
  })
})

describe('a record as bytes', () => {
  test.each([
    ['full', fullRecord],
    ['small', smallRecord],
    ['other', recordOf(5)],
  ])('%s: has the commitment of the record', (_, record) => {
    const bytes = recordBytes(record)
    expect(toHex(commitBytes(bytes, keyOf(7)))).toBe(toHex(commit(record, keyOf(7))))
    const [entry] = entries(1)
    expect(verifyRecordBytes(entry?.leaf ?? bytes, recordBytes(recordOf(0)), keyOf(0))).toEqual(recordOf(0))
  })

  test('with a field that no record has it has no commitment', () => {
    const bytes = encode(
      new Map([
        ['at', 1],
        ['zz', 2],
      ]),
    )
    expect(() => commitBytes(bytes, keyOf(1))).toThrow(
      expect.objectContaining({ code: 'malformed-structure' }),
    )
  })
})

describe('shredded records', () => {
  test('are named in runs, and read back', () => {
    expect(shreddingDetail([3, 4, 5, 8])).toBe('shredded 4 records: 3-5, 8')
    const lists = fc.uniqueArray(fc.nat(5000), { minLength: 1, maxLength: 100 })
    fc.assert(
      fc.property(lists, (list) => {
        const indexes = list.toSorted((a, b) => a - b)
        const record = { ...smallRecord, event: 'operator-action', detail: shreddingDetail(indexes) } as const
        expect(shreddedBy(record)).toEqual(indexes)
      }),
    )
    expect(shreddedBy({ ...smallRecord, detail: 'shredded 1 records: 3' })).toEqual([])
  })

  test('that no entry names are missing', () => {
    const missing = beginMissing()
    missing.read(0, smallRecord)
    missing.read(1, undefined)
    const broken: unknown = expect.objectContaining({ code: 'broken-chain' })
    expect(() => missing.conclude()).toThrow(broken)
    missing.read(2, { ...smallRecord, event: 'operator-action', detail: shreddingDetail([1]) })
    expect(() => missing.conclude()).not.toThrow()
    missing.read(2000, undefined)
    missing.read(2001, { ...smallRecord, event: 'operator-action', detail: shreddingDetail([2000, 2002]) })
    expect(() => missing.conclude()).not.toThrow()
    missing.read(2002, undefined)
    expect(() => missing.conclude()).toThrow(
      expect.objectContaining({ detail: expect.stringMatching('^entry 2002: ') as string }),
    )
    const leavesAlone = beginMissing()
    leavesAlone.read(0, undefined)
    expect(() => leavesAlone.conclude()).not.toThrow()
  })
})

describe('an audit', () => {
  const shown = entries(300).map(({ leaf }, i) => ({
    leaf,
    shown: { record: recordBytes(recordOf(i)), key: keyOf(i) },
  }))

  test('in any steps comes to the same', () => {
    const atOnce = auditEntries(beginAudit(descriptor), shown)
    const inSteps = auditEntries(auditEntries(beginAudit(descriptor), shown.slice(0, 100)), shown.slice(100))
    expect(atOnce.records).toBe(300)
    expect(named(partialTiles(inSteps))).toEqual(named(partialTiles(atOnce)))
    expect(toHex(rootOfTree(inSteps.tree))).toBe(toHex(rootOfTree(atOnce.tree)))
  })

  test('names the entry of which any byte is another', () => {
    const bundle = entriesBytes(shown.slice(0, 20).map(({ leaf }) => leaf))
    fc.assert(
      fc.property(fc.nat(bundle.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const changed = bundle.slice()
        changed[place] = (changed[place] ?? 0) ^ change
        const index = Math.floor(place / 72)
        const run = () =>
          auditEntries(
            beginAudit(descriptor),
            parseEntries(changed, 20).map((leaf, i) => ({ ...shown[i], leaf })),
          )
        if (place % 72 < 2) expect(run).toThrow(/bundle|entry/)
        else
          expect(run).toThrow(
            expect.objectContaining({ detail: expect.stringMatching(`^entry ${index}: `) as string }),
          )
      }),
    )
  })

  test('names the entry whose record or key is another', () => {
    const wrong = shown.map((entry, i) =>
      i === 123 ? { ...entry, shown: { ...entry.shown, key: keyOf(1) } } : entry,
    )
    const first: unknown = expect.objectContaining({
      code: 'broken-chain',
      detail: 'entry 123: the leaf commits to another record',
    })
    expect(() => auditEntries(beginAudit(descriptor), wrong)).toThrow(first)
  })

  test('tells its reader of every entry, with the record where one is shown and proven', () => {
    const read: number[] = []
    auditEntries(
      beginAudit(descriptor),
      shown.map((entry, i) => (i % 3 === 0 ? { leaf: entry.leaf } : entry)),
      (index, record) => {
        if (record === undefined) return
        expect(record).toEqual(recordOf(index))
        read.push(index)
      },
    )
    expect(read).toEqual(shown.map((_, i) => i).filter((i) => i % 3 !== 0))
  })

  test('a leaf is read from its fixed bytes as from its CBOR', () => {
    const [entry] = entries(1)
    const leaf = entry?.leaf ?? new Uint8Array()
    const { previous, commitment } = parseLeaf(leaf)
    expect(toHex(leaf)).toBe(`83015820${toHex(previous)}5820${toHex(commitment)}`)
  })
})
