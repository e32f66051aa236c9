/** Answers for Merkle proofs: RFC 9162 §2.1.3 inclusion and §2.1.4 consistency, made from stored nodes and verified. */
import { equal } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { fold, hashLength, nodeHash, perfectNodes, type Range } from './merkle.ts'

/** Gives the hash of a perfect subtree; level 0 is the leaf hashes. */
export type NodeReader = (level: number, index: number) => Uint8Array

export interface Inclusion {
  readonly index: number
  readonly size: number
  readonly path: readonly Uint8Array[]
}

export interface Consistency {
  readonly first: number
  readonly second: number
  readonly path: readonly Uint8Array[]
}

/** RFC 9162 §2.1.3.1: the subtrees whose hashes are the path of a leaf, from its sibling up. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const path: Range[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + split(end - start)
    path.push(index < middle ? { start: middle, end } : { start, end: middle })
    if (index < middle) end = middle
    else start = middle
  }
  return path.reverse()
}

/** RFC 9162 §2.1.4.1: the subtrees whose hashes show that the first leaves are the same. */
export function consistencyRanges(first: number, second: number): readonly Range[] {
  const path: Range[] = []
  let [start, end] = [0, second]
  while (first !== end) {
    const middle = start + split(end - start)
    path.push(first <= middle ? { start: middle, end } : { start, end: middle })
    if (first <= middle) end = middle
    else start = middle
  }
  if (start !== 0) path.push({ start, end })
  return path.reverse()
}

/** MTH of a range (RFC 9162 §2.1.1). */
export function rangeHash(range: Range, read: NodeReader): Uint8Array {
  return fold(perfectNodes(range).map(({ level, index }) => read(level, index)))
}

export function proveInclusion(index: number, size: number, read: NodeReader): Inclusion {
  if (!isWithin(index, size)) throw new Rejected('bad-proof', `no leaf ${index} in ${size}`)
  return { index, size, path: inclusionRanges(index, size).map((range) => rangeHash(range, read)) }
}

export function proveConsistency(first: number, second: number, read: NodeReader): Consistency {
  if (!isWithin(first - 1, second)) throw new Rejected('bad-proof', `no size ${first} before ${second}`)
  return { first, second, path: consistencyRanges(first, second).map((range) => rangeHash(range, read)) }
}

/** The root to which the path leads from a leaf hash. The path has exactly the length that index and size give. */
export function inclusionRoot(leaf: Uint8Array, { index, size, path }: Inclusion): Uint8Array {
  if (!isWithin(index, size)) throw new Rejected('bad-proof', `no leaf ${index} in ${size}`)
  checkPath(path, inclusionRanges(index, size), leaf)
  return inclusionRanges(index, size).reduce((hash, range, i) => {
    const sibling = path[i] ?? hash
    return range.start > index ? nodeHash(hash, sibling) : nodeHash(sibling, hash)
  }, leaf)
}

export function verifyInclusion(leaf: Uint8Array, proof: Inclusion, root: Uint8Array): void {
  if (!equal(inclusionRoot(leaf, proof), root))
    throw new Rejected('bad-proof', 'the path leads to another root')
}

/**
 * The root of the second tree, given that of the first. From size 0 nothing can be proven, so that is refused: who
 * holds no earlier tree has nothing to compare, and must say so rather than ask.
 */
export function consistencyRoot(firstRoot: Uint8Array, { first, second, path }: Consistency): Uint8Array {
  if (!isWithin(first - 1, second)) throw new Rejected('bad-proof', `no size ${first} before ${second}`)
  const ranges = consistencyRanges(first, second)
  checkPath(path, ranges, firstRoot)
  const shared = ranges[0]?.end === first && ranges[0].start < first ? 1 : 0
  let before = shared === 1 ? (path[0] ?? firstRoot) : firstRoot
  let after = before
  for (const [i, { start }] of ranges.entries()) {
    const hash = path[i]
    if (i < shared || hash === undefined) continue
    if (start < first) before = nodeHash(hash, before)
    after = start < first ? nodeHash(hash, after) : nodeHash(after, hash)
  }
  if (!equal(before, firstRoot))
    throw new Rejected('bad-proof', 'the path does not start from the first root')
  return after
}

export function verifyConsistency(firstRoot: Uint8Array, proof: Consistency, secondRoot: Uint8Array): void {
  if (!equal(consistencyRoot(firstRoot, proof), secondRoot)) {
    throw new Rejected('bad-proof', 'the path leads to another second root')
  }
}

function checkPath(path: readonly Uint8Array[], ranges: readonly Range[], start: Uint8Array): void {
  const whole = path.length === ranges.length && [...path, start].every((hash) => hash.length === hashLength)
  if (!whole) throw new Rejected('bad-proof', `a path of ${ranges.length} hashes expected`)
}

function isWithin(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size
}

/** The largest power of two below a number above one. */
function split(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}
