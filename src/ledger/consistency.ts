/** Answers for consistency receipts of what is stored: that the ledger at a size it signed continues an earlier size. */
import { consistencyReceipt } from '../../protocol/ledger/consistency-receipt.ts'
import { consistencyRanges, proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import type { Database } from '../database/open.ts'
import { readCheckpointAt } from './checkpoints-table.ts'
import { restoreRoot } from './signing.ts'
import { readNodes, rootAt } from './store.ts'

/** `undefined` where the ledger signed no tree of the second size, or the first is not before it. */
export async function consistencyAt(
  database: Database,
  origin: string,
  first: number,
  second: number,
): Promise<Uint8Array | undefined> {
  if (first < 1 || first > second) return undefined
  const row = await readCheckpointAt(database, second)
  if (row === undefined) return undefined
  if (row.signatures === null) return undefined
  const root = restoreRoot({ origin, size: second, root: row.root }, row.signatures)
  const read = await readNodes(database, second, consistencyRanges(first, second))
  return consistencyReceipt(root, await rootAt(database, first), proveConsistency(first, second, read))
}
