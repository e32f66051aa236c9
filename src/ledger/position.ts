/** Answers for what a writer keeps in memory: where the ledger is, and the edge of the tree that the next entries extend. */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerKeys } from '../../protocol/ledger/checkpoint.ts'
import { chain, type Entry, verifyLink } from '../../protocol/ledger/entry.ts'
import {
  type Frontier,
  leafHash,
  nodeHash,
  perfectNodes,
  type Range,
  rootOf,
} from '../../protocol/ledger/merkle.ts'
import { type NodeReader, rangeHash } from '../../protocol/ledger/merkle-proof.ts'
import { type Edge, type Growth, grow, nodesFromTiles, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { Database } from '../database/open.ts'
import { readLeaves } from './entries-table.ts'
import type { Head } from './head-table.ts'
import { readSealed } from './seal.ts'
import { readHashes } from './store.ts'

export interface Position {
  readonly head: Head
  readonly frontier: Frontier
  readonly edge: Edge
}

export interface Extension {
  readonly entries: readonly Entry[]
  readonly growth: Growth
  /** Where the ledger is once the extension is durable. */
  readonly position: Position
}

/** Chains the commitments to the last entry. Nothing is written. */
export function extend(position: Position, commitments: readonly Uint8Array[]): Extension {
  let last = position.head.last
  const entries = commitments.map((commitment) => {
    const entry = chain(last, commitment)
    last = entry.hash
    return entry
  })
  const growth = grow(
    position.frontier,
    position.edge,
    entries.map(({ hash }) => hash),
  )
  const { frontier, edge } = growth
  const head = { ...position.head, size: frontier.size, root: rootOf(frontier), last, seal: null }
  return { entries, growth, position: { head, frontier, edge } }
}

/**
 * The nodes that proofs of these extensions' entries need in the tree after the last of them: all are in the tiles that
 * were touched. Each extension continues from the one before. Each node is hashed once.
 */
export function nodesOf(extensions: readonly Extension[]): NodeReader {
  const size = extensions.at(-1)?.position.head.size ?? 0
  const known = new Map<string, readonly Uint8Array[]>()
  for (const { growth } of extensions) {
    for (const { level, index, hashes } of growth.full) known.set(`${level}/${index}`, hashes)
  }
  for (const [level, hashes] of extensions.at(-1)?.growth.edge.entries() ?? []) {
    known.set(`${level}/${Math.floor(size / tileWidth ** (level + 1))}`, hashes)
  }
  const read = nodesFromTiles(size, ({ level, index }) => known.get(`${level}/${index}`) ?? [])
  const nodes = new Map<string, Uint8Array>()
  return (level, index) => {
    const name = `${level}/${index}`
    const hash = nodes.get(name) ?? read(level, index)
    nodes.set(name, hash)
    return hash
  }
}

/**
 * The root to which every one of these entries, which are the last ones of the tree, leads: their paths share all nodes
 * above them, so that the proofs of many cost little more than their own hashes.
 */
export function rootOver(first: number, leaves: readonly Uint8Array[], nodes: NodeReader): Uint8Array {
  const over = ({ start, end }: Range): Uint8Array => {
    if (end <= first) return rangeHash({ start, end }, nodes)
    if (end - start > 1) {
      const middle = start + greatestPowerBelow(end - start)
      return nodeHash(over({ start, end: middle }), over({ start: middle, end }))
    }
    const leaf = leaves[start - first]
    if (leaf === undefined) throw new RangeError(`no leaf ${start}`)
    return leafHash(leaf)
  }
  return over({ start: 0, end: first + leaves.length })
}

function greatestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/** Reads the position anew, and takes it only if the entries and tiles lead to the root and last entry of a sealed head. */
export async function loadPosition(database: Database, keys: LedgerKeys): Promise<Position> {
  const head = await readSealed(database, keys)
  const edge: (readonly Uint8Array[])[] = []
  for (
    let [level, count] = [0, head.size];
    count > 0;
    [level, count] = [level + 1, Math.floor(count / tileWidth)]
  ) {
    const width = count % tileWidth
    edge.push(
      width === 0 ? [] : await readHashes(database, { level, index: Math.floor(count / tileWidth), width }),
    )
  }
  const last = await readLeaves(database, { start: Math.max(head.size - 1, 0), end: head.size })
  const frontier = frontierOf(head.size, edge)
  const agrees = equal(rootOf(frontier), head.root) && last.every((leaf) => equal(leafHash(leaf), head.last))
  if (!agrees) throw new Rejected('broken-chain', `the entries do not lead to the head at ${head.size}`)
  return { head, frontier, edge }
}

/** Follows what other writers entered up to this sealed head. */
export async function followTo(database: Database, position: Position, head: Head): Promise<Position> {
  const leaves = await readLeaves(database, { start: position.head.size, end: head.size })
  const last = leaves.reduce((previous, leaf) => verifyLink(leaf, previous), position.head.last)
  const { frontier, edge } = grow(position.frontier, position.edge, leaves.map(leafHash))
  if (!equal(rootOf(frontier), head.root) || !equal(last, head.last)) {
    throw new Rejected(
      'broken-chain',
      `the entries do not lead from ${position.head.size} to the head at ${head.size}`,
    )
  }
  return { head, frontier, edge }
}

/** Every peak of the tree is in the last, partial tile of its level. */
function frontierOf(size: number, edge: Edge): Frontier {
  const read = nodesFromTiles(size, ({ level }) => edge[level] ?? [])
  return { size, peaks: perfectNodes({ start: 0, end: size }).map(({ level, index }) => read(level, index)) }
}
