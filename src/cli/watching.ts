/**
 * Answers for one look at a live ledger: its checkpoint and who cosigned it, every entry since the last look hashed again,
 * and that all of it continues what was seen before. What another reader is shown must be the same history.
 */
import { equal, fromUtf8, toHex, utf8 } from '../../protocol/bytes.ts'
import { type Directory, keysOfLedger } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type Audit, auditEntries } from '../../protocol/ledger/audit.ts'
import {
  type LedgerKeys,
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { cosignersOf } from '../../protocol/ledger/cosigners.ts'
import { parseLeaf } from '../../protocol/ledger/entry.ts'
import { emptyTree, rootOfTree } from '../../protocol/ledger/flat-tiles.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { entriesPath, parseEntries, tilePath, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { continues } from '../client/continues.ts'
import type { PublicLedger } from '../client/public-ledger.ts'
import type { WatchState } from './watch-state.ts'

export interface Look {
  readonly state: WatchState
  readonly checkpoint: VerifiedCheckpoint
  readonly keys: LedgerKeys
  /** How many entries are new. */
  readonly grown: number
  readonly witnesses: readonly PartyId[]
}

/** Throws `Rejected` with what is wrong: `ledger-rollback`, `ledger-forked`, `broken-chain`, `bad-signature`, `bad-proof`. */
export async function lookAt(
  ledger: PublicLedger,
  before: WatchState | undefined,
  directory: Directory,
  now: Seconds,
): Promise<Look> {
  const note = await ledger.file('checkpoint')
  const { origin } = before === undefined ? parseCheckpoint(note) : parseCheckpoint(utf8(before.checkpoint))
  const keys = keysOfLedger(directory, origin, now)
  const checkpoint = verifyCheckpoint(note, keys)
  const witnesses = [...cosignersOf(checkpoint, keys, directory, now).keys()]
  const from = before ?? (await beginning(ledger, checkpoint))
  requireNoRollback(from, checkpoint)
  const audit = await auditNew(ledger, from, checkpoint)
  if (!equal(rootOfTree(audit.tree), checkpoint.root)) {
    throw new Rejected(
      'ledger-forked',
      `the ${checkpoint.size} entries do not continue the ${from.tree.size} that were verified before`,
    )
  }
  const state = { checkpoint: fromUtf8(note), tree: audit.tree, previous: audit.previous }
  return { state, checkpoint, keys, grown: checkpoint.size - from.tree.size, witnesses }
}

/** What the first entry names before it is for auditors to say: here it is taken as it is, under the signed root. */
async function beginning(ledger: PublicLedger, { size }: VerifiedCheckpoint): Promise<WatchState> {
  const [first] = size === 0 ? [] : await leavesOf(ledger, 0, size)
  const previous = first === undefined ? new Uint8Array(32) : parseLeaf(first).previous
  return { checkpoint: '', tree: emptyTree, previous }
}

function requireNoRollback({ tree }: WatchState, { size, root }: VerifiedCheckpoint): void {
  if (size < tree.size) {
    throw new Rejected('ledger-rollback', `it had ${tree.size} entries, and now shows ${size}`)
  }
  if (size === tree.size && size > 0 && !equal(root, rootOfTree(tree))) {
    throw new Rejected('ledger-forked', `two roots of ${size}: ${toHex(rootOfTree(tree))} and ${toHex(root)}`)
  }
}

async function auditNew(
  ledger: PublicLedger,
  { tree, previous }: WatchState,
  { size }: VerifiedCheckpoint,
): Promise<Audit> {
  let audit: Audit = { tree, full: [], previous, records: 0 }
  while (audit.tree.size < size) {
    const bundle = Math.floor(audit.tree.size / tileWidth)
    const leaves = await leavesOf(ledger, bundle, size)
    const known = audit.tree.size % tileWidth
    requireSeen(audit, leaves.slice(0, known), bundle * tileWidth)
    audit = auditEntries(
      audit,
      leaves.slice(known).map((leaf) => ({ leaf })),
    )
    for (const tile of audit.full) {
      const path = tilePath(tile)
      if (!equal(await ledger.file(path), tile.hashes))
        throw new Rejected('bad-proof', `${path} does not hold the hashes of its entries`)
    }
  }
  return audit
}

async function leavesOf(ledger: PublicLedger, bundle: number, size: number): Promise<readonly Uint8Array[]> {
  const width = Math.min(tileWidth, size - bundle * tileWidth)
  return parseEntries(await ledger.file(entriesPath({ index: bundle, width })), width)
}

/** The entries before the new ones in their bundle are those that were hashed before. */
function requireSeen({ tree }: Audit, leaves: readonly Uint8Array[], start: number): void {
  for (const [i, leaf] of leaves.entries()) {
    if (!equal(leafHash(leaf), tree.edge[0]?.subarray(32 * i, 32 * i + 32) ?? new Uint8Array(0)))
      throw new Rejected('broken-chain', `entry ${start + i}: it is another than before`)
  }
}

/** What is given out elsewhere must be of the same history, as old or new as it may be. Gives its size. */
export async function compareWith(
  other: PublicLedger,
  ledger: PublicLedger,
  { checkpoint, keys }: Look,
): Promise<number> {
  const theirs = verifyCheckpoint(await other.file('checkpoint'), keys)
  const [smaller, larger] = theirs.size <= checkpoint.size ? [theirs, checkpoint] : [checkpoint, theirs]
  const from = theirs.size <= checkpoint.size ? ledger : other
  if (await continues(from, smaller, larger)) return theirs.size
  const roots = `${smaller.size} ${toHex(smaller.root)} and ${larger.size} ${toHex(larger.root)}`
  throw new Rejected('ledger-forked', `${other.url} gives out another history: ${roots}`)
}
