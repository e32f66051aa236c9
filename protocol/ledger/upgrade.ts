/**
 * Answers for upgrading a receipt to a witnessed proof (receipt.md): the ledger that signed the receipt is the one that the
 * witnesses cosigned, grown, and the entry is under what they cosigned.
 */
import { equal } from '../bytes.ts'
import { type Directory, quorumFor } from '../directory.ts'
import { Rejected } from '../errors.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { LedgerKeys, VerifiedCheckpoint } from './checkpoint.ts'
import { leafHash, perfectNodes } from './merkle.ts'
import {
  consistencyRanges,
  inclusionRanges,
  type NodeReader,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts'
import { formatNote } from './note.ts'
import { formatProof } from './proof.ts'
import type { VerifiedReceipt } from './receipt.ts'
import { decision } from './record.ts'
import { type TileId, tileOf, tilePath } from './tiles.ts'
import { witnessesOf } from './witness.ts'

/** As many witnesses as the registry needs for the level that the entry was decided at, where it has one; and one at least. */
export function witnessesNeeded(receipt: VerifiedReceipt, directory: Directory, owner: PartyId): number {
  const shown = receipt.disclosed.get('decision') ?? null
  const level = shown === null ? null : decision.read(shown, 'decision').level
  return level === null ? 1 : Math.max(1, quorumFor(directory, level, owner))
}

/** Who cosigned. Throws `no-quorum` when they are too few, or cosigned before the entry was under what they saw. */
export function requireWitnessed(
  receipt: VerifiedReceipt,
  checkpoint: VerifiedCheckpoint,
  witnesses: ReadonlyMap<PartyId, LedgerKeys>,
  needed: number,
): ReadonlyMap<PartyId, Seconds> {
  if (checkpoint.size < receipt.size) {
    throw new Rejected('no-quorum', `cosigned: ${checkpoint.size} entries; the receipt is of ${receipt.size}`)
  }
  const cosigned = witnessesOf(checkpoint, witnesses)
  if (cosigned.size < needed) throw new Rejected('no-quorum', `${cosigned.size} of ${needed} witnesses`)
  return cosigned
}

/** What `upgrade` reads of the ledger as of the checkpoint, each tile once. */
export function tilesForUpgrade(
  { index, size: first }: VerifiedReceipt,
  { size }: VerifiedCheckpoint,
): readonly TileId[] {
  const ranges = [...consistencyRanges(first, size), ...inclusionRanges(index, size)]
  const tiles = ranges.flatMap((range) => perfectNodes(range).map((node) => tileOf(node, size)))
  return [...new Map(tiles.map((tile) => [tilePath(tile), tile])).values()]
}

/** A C2SP tlog-proof of the receipt's entry. Throws `bad-proof` when the ledger is not the one of the receipt, grown. */
export function upgrade(receipt: VerifiedReceipt, checkpoint: VerifiedCheckpoint, read: NodeReader): string {
  const { index, leaf, root, size: first } = receipt
  const { size } = checkpoint
  if (first < size) verifyConsistency(root, proveConsistency(first, size, read), checkpoint.root)
  else if (!equal(root, checkpoint.root)) throw new Rejected('bad-proof', `another tree of ${size} entries`)
  const inclusion = proveInclusion(index, size, read)
  verifyInclusion(leafHash(leaf), inclusion, checkpoint.root)
  return formatProof({ index, path: inclusion.path, checkpoint: formatNote(checkpoint.note), extra: leaf })
}
