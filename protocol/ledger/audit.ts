/**
 * Answers for auditing a whole ledger: every leaf hashed again, every link of the chain, every disclosed record, and at
 * the end the signed root. It takes entries in order, keeps no more than the edge of the tree, and names the first wrong one.
 */
import { equal } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { VerifiedCheckpoint } from './checkpoint.ts'
import { verifyRecordBytes } from './commitment.ts'
import { genesisHash, type LedgerDescriptor, verifyLink } from './entry.ts'
import {
  emptyTree,
  type FlatTile,
  type FlatTree,
  growFlat,
  partialTilesOf,
  rootOfTree,
} from './flat-tiles.ts'
import { hashLength } from './merkle.ts'
import type { LedgerRecord } from './record.ts'

/** How far an audit has come. */
export interface Audit {
  readonly tree: FlatTree
  /** Tiles that the last entries filled: what the ledger serves as tiles must be these. */
  readonly full: readonly FlatTile[]
  /** What the next entry must name as the one before it. */
  readonly previous: Uint8Array
  /** How many records were shown and found to be what their leaves commit to. */
  readonly records: number
}

/** A leaf, and its record and key where they are shown; a record that was shredded is absent. */
export interface AuditedEntry {
  readonly leaf: Uint8Array
  readonly shown?: { readonly record: Uint8Array; readonly key: Uint8Array }
}

/** Hears of each entry in order, with its record once the leaf is found to commit to it, or without where none is shown. */
export type EntryReader = (index: number, record: LedgerRecord | undefined, entry: AuditedEntry) => void

export function beginAudit(ledger: LedgerDescriptor): Audit {
  return { tree: emptyTree, full: [], previous: genesisHash(ledger), records: 0 }
}

/** Some entries in order, each perhaps only made when its turn comes. */
export interface Entries extends Iterable<AuditedEntry> {
  readonly length: number
}

/** Throws `broken-chain` with the index of the first entry that is wrong. */
export function auditEntries(audit: Audit, entries: Entries, reader?: EntryReader): Audit {
  const hashes = new Uint8Array(entries.length * hashLength)
  let { previous, records } = audit
  let index = audit.tree.size
  try {
    for (const entry of entries) {
      previous = verifyLink(entry.leaf, previous)
      hashes.set(previous, (index - audit.tree.size) * hashLength)
      const record = entry.shown && verifyRecordBytes(entry.leaf, entry.shown.record, entry.shown.key)
      if (record !== undefined) records++
      reader?.(index, record, entry)
      index++
    }
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw new Rejected(error.code, `entry ${index}: ${error.detail}`, { cause: error })
  }
  const { tree, full } = growFlat(audit.tree, hashes)
  return { tree, full, previous, records }
}

/** Throws `bad-proof` unless the entries are those that the checkpoint is of, all of them and no more. */
export function concludeAudit({ tree }: Audit, checkpoint: VerifiedCheckpoint): void {
  if (tree.size !== checkpoint.size) {
    throw new Rejected(
      'bad-proof',
      `the checkpoint has ${checkpoint.size} entries, the ledger shows ${tree.size}`,
    )
  }
  if (!equal(rootOfTree(tree), checkpoint.root)) {
    throw new Rejected(
      'bad-proof',
      `the entries lead to another root than that of the checkpoint of ${checkpoint.size}`,
    )
  }
}

/** The partial tiles at the end of the ledger, lowest level first. */
export function partialTiles({ tree }: Audit): readonly FlatTile[] {
  return partialTilesOf(tree)
}
