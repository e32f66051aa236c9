/**
 * Answers for the end of a crash: what was acknowledged is in the ledger, every entry at its place, none twice, one root for
 * each size that anybody signed, and the ledger whole from its first leaf to its checkpoint.
 */
import { expect } from 'vitest'
import { equal, toHex, utf8 } from '../../protocol/bytes.ts'
import { type Audit, auditEntries, beginAudit, concludeAudit } from '../../protocol/ledger/audit.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { append, emptyFrontier, type Frontier, leafHash, rootOf } from '../../protocol/ledger/merkle.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { tileBytes, tilesOf } from '../../protocol/ledger/tiles.ts'
import { type Database, type DatabaseSource, openDatabase } from '../../src/database/open.ts'
import { readCheckpoint } from '../../src/ledger/checkpoints-table.ts'
import { readEntries, type StoredEntry } from '../../src/ledger/entries-table.ts'
import { readDescriptor } from '../../src/ledger/genesis.ts'
import { loadPosition } from '../../src/ledger/position.ts'
import { openSequencer } from '../../src/ledger/sequencer.ts'
import { readHashes } from '../../src/ledger/store.ts'
import { type JournalLine, keyOf } from './journal.ts'
import { signer } from './ledger.ts'
import type { Pusher } from './pushers.ts'

export interface Kept {
  readonly entries: number
  readonly acknowledged: number
  readonly roots: number
}

export type Written = Pick<Pusher, 'name' | 'lines'>

export async function expectKept(source: DatabaseSource, written: readonly Written[]): Promise<Kept> {
  const database = await openDatabase(source)
  try {
    // As at the next start: what a crash left unsigned is signed.
    const sequencer = await openSequencer({ database, signer, actor: 'EST', now: () => 1_790_000_000 })
    await sequencer.close()
    return await compare(database, written)
  } finally {
    await database.destroy()
  }
}

async function compare(database: Database, written: readonly Written[]): Promise<Kept> {
  const ledger = await rehash(database)
  const roots = new Map<number, string>()
  let acknowledged = 0
  for (const { name, lines } of written) {
    for (const line of lines()) {
      if (line.kind === 'signed') checkSigned(line, ledger.roots, roots)
      if (line.kind !== 'entry') continue
      acknowledged++
      const { number, index, size, root, leaf } = line
      const found = [ledger.keys[index], ledger.leaves[index], ledger.roots[size]]
      const given = [keyOf(name, number), leaf, root]
      if (given.some((each, i) => each !== found[i]))
        expect(found, `entry ${index} of ${name}`).toEqual(given)
    }
  }
  await checkStored(database, ledger.roots, roots)
  return { entries: ledger.keys.length, acknowledged, roots: roots.size }
}

interface Rehashed {
  readonly keys: readonly string[]
  readonly leaves: readonly string[]
  /** Of each size, the empty ledger's first. */
  readonly roots: readonly string[]
}

/** Every leaf, link, record and tile again, and the newest checkpoint over all of them. */
async function rehash(database: Database): Promise<Rehashed> {
  const { head } = await loadPosition(database, signer.keys)
  const ledger = await readDescriptor(database)
  if (ledger === undefined) throw new Error('no ledger')
  const [keys, leaves, roots] = [[] as string[], [] as string[], [toHex(rootOf(emptyFrontier))]]
  let [audit, frontier]: [Audit, Frontier] = [beginAudit(ledger), emptyFrontier]
  for (let start = 0; start < head.size; start += 2048) {
    const entries = await readEntries(database, { start, end: start + 2048 })
    audit = auditEntries(audit, entries.map(auditedEntry))
    for (const { key, leaf } of entries) {
      frontier = append(frontier, leafHash(leaf))
      keys.push(key)
      leaves.push(toHex(leaf))
      roots.push(toHex(rootOf(frontier)))
    }
  }
  expect([keys.length, audit.records]).toEqual([head.size, head.size])
  expect(new Set(keys).size, 'an event is entered twice').toBe(keys.length)
  concludeAudit(audit, verifyCheckpoint(utf8((await readCheckpoint(database)) ?? ''), signer.keys))
  await checkTiles(database, leaves)
  return { keys, leaves, roots }
}

function auditedEntry({ leaf, record, secret }: StoredEntry) {
  return record === null || secret === null ? { leaf } : { leaf, shown: { record, key: secret } }
}

async function checkTiles(database: Database, leaves: readonly string[]): Promise<void> {
  const levels: Uint8Array[][] = [leaves.map((leaf) => leafHash(new Uint8Array(Buffer.from(leaf, 'hex'))))]
  for (const { level, index, width } of tilesOf(leaves.length)) {
    const hashes = (levels[level] ??= above(levels[level - 1] ?? []))
    const stored = tileBytes(await readHashes(database, { level, index, width }))
    const made = tileBytes(hashes.slice(index * 256, index * 256 + width))
    if (!equal(stored, made))
      throw new Error(`tile ${level}/${index} does not hold the hashes of its entries`)
  }
}

/** The hashes of the level above: one for each 256 that are whole. */
function above(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: Math.floor(hashes.length / 256) }, (_, i) => {
    const under = hashes.slice(i * 256, (i + 1) * 256)
    return rootOf(under.reduce(append, emptyFrontier))
  })
}

/** Both signed forms are good, and of the root that the ledger has at that size. */
function checkSigned(
  { checkpoint, receipt }: Extract<JournalLine, { kind: 'signed' }>,
  ledger: readonly string[],
  seen: Map<number, string>,
): void {
  const note = verifyCheckpoint(utf8(checkpoint), signer.keys)
  const { size, root } = verifyReceipt(new Uint8Array(Buffer.from(receipt, 'base64')), signer.keys)
  for (const signed of [note, { size, root }]) checkRoot(signed, ledger, seen)
}

async function checkStored(
  database: Database,
  ledger: readonly string[],
  seen: Map<number, string>,
): Promise<void> {
  const rows = await database.selectFrom('ledger_checkpoint').select(['size', 'root', 'note']).execute()
  for (const { size, root, note } of rows) {
    checkRoot({ size, root }, ledger, seen)
    if (note !== null) checkRoot(verifyCheckpoint(utf8(note), signer.keys), ledger, seen)
  }
}

function checkRoot(
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  ledger: readonly string[],
  seen: Map<number, string>,
): void {
  const other = seen.get(size)
  if (other !== undefined && other !== toHex(root)) throw new Error(`size ${size} was signed with two roots`)
  seen.set(size, toHex(root))
  expect(toHex(root), `the root at ${size}`).toBe(ledger[size])
}
