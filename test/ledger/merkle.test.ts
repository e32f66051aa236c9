/** Answers for the Merkle tree: the definition of RFC 9162 written out, every small tree, and damaged proofs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../protocol/bytes.ts'
import {
  append,
  appendMany,
  emptyFrontier,
  emptyRoot,
  frontierBytes,
  leafHash,
  nodeHash,
  parseFrontier,
  rootOf,
} from '../../protocol/ledger/merkle.ts'
import {
  consistencyRoot,
  inclusionRoot,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../protocol/ledger/merkle-proof.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { flipped } from '../support/bytes.ts'
import { readerOf, treeRoot } from '../support/ledger.ts'

const badProof: unknown = expect.objectContaining({ code: 'bad-proof' })
const leaves = Array.from({ length: 300 }, (_, i) => leafHash(Uint8Array.of(i & 0xff, i >> 8)))

/** MTH as RFC 9162 §2.1.1 defines it, without frontier or folding. */
function definedRoot(hashes: readonly Uint8Array[]): Uint8Array {
  const first = hashes[0]
  if (first === undefined) return emptyRoot
  if (hashes.length === 1) return first
  const half = 2 ** (Math.ceil(Math.log2(hashes.length)) - 1)
  return nodeHash(definedRoot(hashes.slice(0, half)), definedRoot(hashes.slice(half)))
}

describe.each(backEnds)('on $backEnd', (suite) => {
  test('the same hashes', async () => {
    const bound = await over(suite, () => import('../../protocol/ledger/merkle.ts'))
    expect(toHex(bound.emptyRoot)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(toHex(bound.rootOf(bound.appendMany(bound.emptyFrontier, leaves)))).toBe(
      toHex(definedRoot(leaves)),
    )
  })
})

describe('frontier', () => {
  test('has the root that the definition gives, at every size to 300, appended singly or in batches', () => {
    let single = emptyFrontier
    for (let size = 0; size <= leaves.length; size++) {
      const root = toHex(definedRoot(leaves.slice(0, size)))
      expect(toHex(rootOf(single))).toBe(root)
      const [one, two] = [leaves.slice(0, size >> 1), leaves.slice(size >> 1, size)]
      expect(toHex(rootOf(appendMany(appendMany(emptyFrontier, one), two)))).toBe(root)
      const leaf = leaves[size]
      if (leaf !== undefined) single = append(single, leaf)
    }
  })

  test('appending leaves the one before as it was', () => {
    const before = appendMany(emptyFrontier, leaves.slice(0, 7))
    const root = toHex(rootOf(before))
    appendMany(before, leaves.slice(7))
    expect([before.size, toHex(rootOf(before))]).toEqual([7, root])
  })

  test('tells of every perfect subtree when it is filled', () => {
    const told: string[] = []
    appendMany(emptyFrontier, leaves, ({ level, index }, hash) => {
      expect(toHex(hash)).toBe(toHex(readerOf(leaves)(level, index)))
      told.push(`${level}/${index}`)
    })
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((level) => Math.floor(300 / 2 ** level))
    expect(new Set(told).size).toBe(expected.reduce((sum, count) => sum + count))
  })

  test('is read back from its bytes', () => {
    for (const size of [0, 1, 2, 3, 255, 256, 300]) {
      const frontier = appendMany(emptyFrontier, leaves.slice(0, size))
      expect(parseFrontier(frontierBytes(frontier))).toEqual(frontier)
    }
  })

  test.each([
    { name: 'no bytes', bytes: new Uint8Array(0) },
    { name: 'a peak too few', bytes: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 3, ...new Uint8Array(32)]) },
    { name: 'a peak too many', bytes: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(32)]) },
    { name: 'a size beyond 2^53', bytes: new Uint8Array([0, 0x20, 0, 0, 0, 0, 0, 0, ...new Uint8Array(32)]) },
  ])('$name is refused as malformed-structure', ({ bytes }) => {
    expect(() => parseFrontier(bytes)).toThrow(expect.objectContaining({ code: 'malformed-structure' }))
  })
})

describe('proofs', () => {
  test('every leaf of every size to 64 is included, and no other in its place', () => {
    for (let size = 1; size <= 64; size++) {
      const root = treeRoot(leaves.slice(0, size))
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion(index, size, readerOf(leaves))
        verifyInclusion(leaves[index] ?? root, proof, root)
        expect(() => verifyInclusion(leaves[index + 1] ?? root, proof, root)).toThrow(badProof)
      }
    }
  })

  test('every pair of sizes to 64 is consistent', () => {
    for (let second = 1; second <= 64; second++) {
      for (let first = 1; first <= second; first++) {
        const proof = proveConsistency(first, second, readerOf(leaves))
        verifyConsistency(treeRoot(leaves.slice(0, first)), proof, treeRoot(leaves.slice(0, second)))
      }
    }
  })

  test('one flipped bit of leaf, path or root is refused', () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat())
    fc.assert(
      fc.property(place, ([size, indexSeed, where, bit]) => {
        const index = indexSeed % size
        const [root, leaf] = [treeRoot(leaves.slice(0, size)), leaves[index] ?? emptyRoot]
        const proof = proveInclusion(index, size, readerOf(leaves))
        const parts = [leaf, root, ...proof.path].map((part, i, all) =>
          i === where % all.length ? flipped(part, bit) : part,
        )
        const [badLeaf = leaf, badRoot = root, ...badPath] = parts
        expect(() => verifyInclusion(badLeaf, { ...proof, path: badPath }, badRoot)).toThrow(badProof)
      }),
      { numRuns: 300 },
    )
  })

  test('one flipped bit of a consistency proof or of its roots is refused', () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), fc.nat())
    fc.assert(
      fc.property(place, ([second, firstSeed, where, bit]) => {
        const first = 1 + (firstSeed % second)
        const [one, two] = [treeRoot(leaves.slice(0, first)), treeRoot(leaves.slice(0, second))]
        const proof = proveConsistency(first, second, readerOf(leaves))
        const parts = [one, two, ...proof.path].map((part, i, all) =>
          i === where % all.length ? flipped(part, bit) : part,
        )
        const [badOne = one, badTwo = two, ...badPath] = parts
        expect(() => verifyConsistency(badOne, { ...proof, path: badPath }, badTwo)).toThrow(badProof)
      }),
      { numRuns: 300 },
    )
  })

  test('a history with one earlier leaf changed is not consistent', () => {
    const changed = leaves.with(2, leafHash(Uint8Array.of(9)))
    const proof = proveConsistency(5, 12, readerOf(changed))
    expect(() =>
      verifyConsistency(treeRoot(leaves.slice(0, 5)), proof, treeRoot(changed.slice(0, 12))),
    ).toThrow(badProof)
  })

  test('an inner node is not taken for a leaf: neither its hash, nor its children as leaf bytes', () => {
    const root = treeRoot(leaves.slice(0, 8))
    const inner = readerOf(leaves)(1, 1)
    const { path: whole } = proveInclusion(2, 8, readerOf(leaves))
    expect(() => inclusionRoot(inner, { index: 2, size: 8, path: whole.slice(1) })).toThrow(badProof)
    const children = new Uint8Array([...(leaves[2] ?? []), ...(leaves[3] ?? [])])
    const asLeaf = { index: 1, size: 4, path: whole.slice(1) }
    expect(() => verifyInclusion(leafHash(children), asLeaf, root)).toThrow(badProof)
    expect(() => verifyInclusion(leafHash(Uint8Array.of(1, ...children)), asLeaf, root)).toThrow(badProof)
  })

  test.each([
    { name: 'an index at the size', proof: { index: 8, size: 8, path: [] } },
    { name: 'a negative index', proof: { index: -1, size: 8, path: [] } },
    { name: 'an index that is no integer', proof: { index: 0.5, size: 8, path: [] } },
    { name: 'a size beyond 2^53', proof: { index: 0, size: 2 ** 53, path: [] } },
    { name: 'an empty tree', proof: { index: 0, size: 0, path: [] } },
    { name: 'a path too short', proof: { index: 0, size: 2, path: [] } },
    { name: 'a path too long', proof: { index: 0, size: 1, path: [new Uint8Array(32)] } },
    { name: 'a hash of 31 bytes', proof: { index: 0, size: 2, path: [new Uint8Array(31)] } },
  ])('inclusion with $name is refused as bad-proof', ({ proof }) => {
    expect(() => inclusionRoot(new Uint8Array(32), proof)).toThrow(badProof)
  })

  test.each([
    { name: 'from size 0, which proves nothing', proof: { first: 0, second: 8, path: [] } },
    { name: 'from a larger size', proof: { first: 9, second: 8, path: [] } },
    {
      name: 'with a path where the sizes are equal',
      proof: { first: 8, second: 8, path: [new Uint8Array(32)] },
    },
    { name: 'with an empty path', proof: { first: 4, second: 8, path: [] } },
    { name: 'with a hash of 33 bytes', proof: { first: 4, second: 8, path: [new Uint8Array(33)] } },
  ])('consistency $name is refused as bad-proof', ({ proof }) => {
    expect(() => consistencyRoot(new Uint8Array(32), proof)).toThrow(badProof)
  })

  test('the prover refuses places that are not there', () => {
    expect(() => proveInclusion(8, 8, readerOf(leaves))).toThrow(badProof)
    expect(() => proveConsistency(0, 8, readerOf(leaves))).toThrow(badProof)
  })
})
