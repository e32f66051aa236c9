/**
 * Answers for hashing everything again while the gateway runs: every leaf, link, record, tile and stored checkpoint, in
 * small steps with rests between them. A whole pass is an entry; what is found wrong is named, and nothing more is entered.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type Audit, auditEntries } from '../../protocol/ledger/audit.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { genesisHash } from '../../protocol/ledger/entry.ts'
import { rootOfTree } from '../../protocol/ledger/flat-tiles.ts'
import { type TileId, tileBytes, tilePath, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { checkpointsWithin, type StoredCheckpoint } from './checkpoints-table.ts'
import { readEntries, type StoredEntry } from './entries-table.ts'
import { readDescriptor } from './genesis.ts'
import { readHead } from './head-table.ts'
import { proveRow } from './row-proof.ts'
import type { Place } from './scrub-table.ts'
import { restoreSigned } from './signing.ts'
import { readFullTiles } from './tiles-table.ts'

export interface Scrubbed {
  readonly database: Database
  readonly signer: LedgerSigner
  readonly now: () => Seconds
}

/** Where a pass begins, over what is entered now; `undefined` where there is no ledger yet. */
export async function beginPass({ database, now }: Omit<Scrubbed, 'signer'>): Promise<Place | undefined> {
  const [ledger, head] = [await readDescriptor(database), await readHead(database)]
  if (ledger === undefined || head === undefined || head.size === 0) return undefined
  const previous = genesisHash(ledger)
  return { begun: now(), until: head.size, size: 0, edge: [], previous, checkpoints: 0 }
}

/** Hashes the next entries, at most so many. Throws `ledger-damaged` with the place that is wrong. */
export async function scrubNext(scrubbed: Scrubbed, from: Place, count: number): Promise<Place> {
  const range = { start: from.size, end: Math.min(from.size + count, from.until) }
  const entries = await readEntries(scrubbed.database, range)
  const checkpoints = await checkpointsWithin(scrubbed.database, {
    start: range.start + 1,
    end: range.end + 1,
  })
  let audit = auditAt(from)
  for (const checkpoint of [...checkpoints, undefined]) {
    const end = checkpoint?.size ?? range.end
    audit = advance(audit, entriesUpTo(entries, audit.tree.size, end))
    await requireTiles(scrubbed.database, audit)
    if (checkpoint !== undefined) requireCheckpoint(checkpoint, audit, scrubbed.signer)
    // Verifying signatures takes its time, and others wait for this thread.
    await turn()
  }
  if (range.end === from.until) {
    if (checkpoints.at(-1)?.size !== from.until) {
      throw new Rejected('ledger-damaged', `checkpoint ${from.until}: it is missing`)
    }
    await requireEdge(scrubbed.database, audit)
  }
  const { tree, previous } = audit
  return {
    ...from,
    size: tree.size,
    edge: tree.edge,
    previous,
    checkpoints: from.checkpoints + checkpoints.length,
  }
}

function auditAt({ size, edge, previous }: Place): Audit {
  return { tree: { size, edge }, full: [], previous, records: 0 }
}

function entriesUpTo(entries: readonly StoredEntry[], start: number, end: number): readonly StoredEntry[] {
  const wanted = entries.filter(({ index }) => index >= start && index < end)
  const missing = wanted.findIndex(({ index }, i) => index !== start + i)
  if (missing >= 0 || wanted.length < end - start) {
    const index = start + (missing >= 0 ? missing : wanted.length)
    throw new Rejected('ledger-damaged', `entry ${index}: it is missing`)
  }
  return wanted
}

function advance(audit: Audit, entries: readonly StoredEntry[]): Audit {
  return asDamage(() => {
    const next = auditEntries(
      audit,
      entries.map(({ leaf }) => ({ leaf })),
    )
    for (const entry of entries) proveRow(entry)
    return next
  })
}

async function requireTiles(database: Database, { full }: Audit): Promise<void> {
  for (const { level, index, width, hashes } of full) {
    const [stored] = await readFullTiles(database, level, { start: index, end: index + 1 })
    if (stored !== undefined && equal(tileBytes(stored), hashes)) continue
    const why = stored === undefined ? 'it is missing' : 'it is not what its entries hash to'
    throw new Rejected('ledger-damaged', `${tilePath({ level, index, width })}: ${why}`)
  }
}

/** Where the ledger has not grown since, its head is here, and no tile is full beyond. */
async function requireEdge(database: Database, { tree, previous }: Audit): Promise<void> {
  const planted = await tilesBeyond(database, tree.size)
  const head = await readHead(database)
  if (head === undefined || head.size > tree.size) return
  if (head.size < tree.size || !equal(head.root, rootOfTree(tree)) || !equal(head.last, previous)) {
    throw new Rejected('ledger-damaged', `head ${head.size}: it is not what its entries lead to`)
  }
  if (planted !== undefined) throw new Rejected('ledger-damaged', `${tilePath(planted)}: it is not full yet`)
}

/** A full tile where the ledger has only a part of one would be taken for it. */
async function tilesBeyond(database: Database, size: number): Promise<TileId | undefined> {
  for (let level = 0; size >= tileWidth ** level; level++) {
    const index = Math.floor(size / tileWidth ** (level + 1))
    const [stored] = await readFullTiles(database, level, { start: index, end: index + 1 })
    if (stored !== undefined) return { level, index, width: tileWidth }
  }
  return undefined
}

function requireCheckpoint(
  { size, root, signed, note, signatures }: StoredCheckpoint,
  { tree }: Audit,
  signer: LedgerSigner,
): void {
  if (!equal(rootOfTree(tree), root)) {
    throw new Rejected('ledger-damaged', `checkpoint ${size}: its entries lead to another root`)
  }
  if (signed === null || signatures === null) return
  const body = { origin: signer.keys.origin, size, root }
  asDamage(() => restoreSigned(body, { signed, note, signatures }, signer))
}

/** Refusals of what is read begin with the place. */
function asDamage<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause
    throw new Rejected('ledger-damaged', cause.detail, { cause })
  }
}
