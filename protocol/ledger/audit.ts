/**
 * Answers for auditing a whole ledger: every leaf hashed again, every link of the chain, every disclosed record, and at
 * the end the signed root. It takes entries in order, keeps no more than the frontier, and names the first wrong one.
 */
import { equal } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { VerifiedCheckpoint } from './checkpoint.ts'
import { genesisHash, type LedgerDescriptor, verifyLink, verifyRecord } from './entry.ts'
import { emptyFrontier, type Frontier, rootOf } from './merkle.ts'
import { parseRecord } from './record.ts'
import { type Edge, grow, type Tile, tileWidth } from './tiles.ts'

/** How far an audit has come. */
export interface Audit {
  readonly frontier: Frontier
  readonly edge: Edge
  /** Tiles that the last entries filled: what the ledger serves as tiles must be these. */
  readonly full: readonly Tile[]
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

export function beginAudit(ledger: LedgerDescriptor): Audit {
  return { frontier: emptyFrontier, edge: [], full: [], previous: genesisHash(ledger), records: 0 }
}

/** Throws `broken-chain` with the index of the first entry that is wrong. */
export function auditEntries(audit: Audit, entries: readonly AuditedEntry[]): Audit {
  const hashes: Uint8Array[] = []
  let { previous, records } = audit
  for (const [i, { leaf, shown }] of entries.entries()) {
    const index = audit.frontier.size + i
    previous = at(index, () => verifyLink(leaf, previous))
    hashes.push(previous)
    if (shown === undefined) continue
    at(index, () => verifyRecord(leaf, parseRecord(shown.record), shown.key))
    records++
  }
  return { ...grow(audit.frontier, audit.edge, hashes), previous, records }
}

/** Throws `bad-proof` unless the entries are those that the checkpoint is of, all of them and no more. */
export function concludeAudit({ frontier }: Audit, checkpoint: VerifiedCheckpoint): void {
  if (frontier.size !== checkpoint.size) {
    throw new Rejected(
      'bad-proof',
      `the checkpoint has ${checkpoint.size} entries, the ledger shows ${frontier.size}`,
    )
  }
  if (!equal(rootOf(frontier), checkpoint.root)) {
    throw new Rejected(
      'bad-proof',
      `the entries lead to another root than that of the checkpoint of ${checkpoint.size}`,
    )
  }
}

/** The partial tiles at the end of the ledger, lowest level first. */
export function partialTiles({ frontier, edge }: Audit): readonly Tile[] {
  return edge.flatMap((hashes, level) => {
    const index = Math.floor(frontier.size / tileWidth ** (level + 1))
    return hashes.length === 0 ? [] : [{ level, index, width: hashes.length, hashes }]
  })
}

function at<T>(index: number, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    throw new Rejected(error.code, `entry ${index}: ${error.detail}`, { cause: error })
  }
}
