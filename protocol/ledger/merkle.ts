/** Answers for the Merkle tree of RFC 9162 §2.1 over SHA-256: its hashes, and the compact frontier that appending needs. */
import { suite } from '#suite'
import { concat } from '../bytes.ts'
import { Rejected } from '../errors.ts'

/** The perfect subtrees that a tree of `size` leaves is made of, largest first: all that appending needs. */
export interface Frontier {
  readonly size: number
  readonly peaks: readonly Uint8Array[]
}

/** A subtree's leaves, from `start` up to but not including `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The perfect subtree of 2^level leaves, the index-th of its level. */
export interface NodeId {
  readonly level: number
  readonly index: number
}

export const hashLength = 32
/** Level 53 would be beyond the integers of the profile. */
const greatestSize = Number.MAX_SAFE_INTEGER

export const emptyRoot: Uint8Array = suite.sha256(new Uint8Array(0))
export const emptyFrontier: Frontier = { size: 0, peaks: [] }

/** A leaf is hashed after 0x00 and an inner node after 0x01, so that neither can be taken for the other. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  if (leafInput.length !== 1 + leaf.length) leafInput = new Uint8Array(1 + leaf.length)
  leafInput.set(leaf, 1)
  return suite.sha256(leafInput)
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== hashLength || right.length !== hashLength) throw new RangeError('a hash has 32 bytes')
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + hashLength)
  return suite.sha256(nodeInput)
}

// Hashing is synchronous and keeps nothing, so that one buffer serves every node, and one all leaves of a length.
const nodeInput = new Uint8Array(1 + 2 * hashLength).fill(1, 0, 1)
let leafInput = new Uint8Array(1)

export function append(frontier: Frontier, leaf: Uint8Array): Frontier {
  return appendMany(frontier, [leaf])
}

/** Appends leaf hashes; `completed` hears of every perfect subtree above the leaves as it is filled, lowest first. */
export function appendMany(
  frontier: Frontier,
  leaves: readonly Uint8Array[],
  completed?: (node: NodeId, hash: Uint8Array) => void,
): Frontier {
  const peaks = [...frontier.peaks]
  let index = frontier.size
  for (const leaf of leaves) {
    let hash = leaf
    let level = 0
    for (let at = index; at % 2 === 1; at = (at - 1) / 2) {
      const left = peaks.pop()
      if (left === undefined) throw new RangeError('the frontier has fewer peaks than its size says')
      hash = nodeHash(left, hash)
      level += 1
      completed?.({ level, index: (at - 1) / 2 }, hash)
    }
    peaks.push(hash)
    index += 1
  }
  return { size: index, peaks }
}

export function rootOf(frontier: Frontier): Uint8Array {
  return fold(frontier.peaks)
}

/** The size in eight bytes, big-endian, then the peaks. */
export function frontierBytes(frontier: Frontier): Uint8Array {
  const size = new Uint8Array(8)
  new DataView(size.buffer).setBigUint64(0, BigInt(frontier.size))
  return concat(size, ...frontier.peaks)
}

export function parseFrontier(bytes: Uint8Array): Frontier {
  if (bytes.length < 8) throw new Rejected('malformed-structure', 'frontier: size expected')
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0))
  const count = size > greatestSize ? -1 : perfectNodes({ start: 0, end: size }).length
  if (bytes.length !== 8 + count * hashLength)
    throw new Rejected('malformed-structure', 'frontier: peaks expected')
  const peaks = Array.from({ length: count }, (_, i) =>
    bytes.slice(8 + i * hashLength, 8 + (i + 1) * hashLength),
  )
  return { size, peaks }
}

/** The perfect subtrees of a range, left to right. What a prover must be able to read. */
export function perfectNodes({ start, end }: Range): readonly NodeId[] {
  const nodes: NodeId[] = []
  let at = start
  while (at < end) {
    let [level, width] = [0, 1]
    while (width * 2 <= end - at) [level, width] = [level + 1, width * 2]
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/** Nodes side by side, folded from the right as RFC 9162 §2.1.1 splits them. */
export function fold(peaks: readonly Uint8Array[]): Uint8Array {
  return peaks.length === 0 ? emptyRoot : peaks.reduceRight((right, left) => nodeHash(left, right))
}
