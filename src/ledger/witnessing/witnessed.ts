/** Answers for checkpoints with the cosignatures that are there for them, and for the newest that enough witnesses cosigned. */
import { utf8 } from '../../../protocol/bytes.ts'
import { ledgerKeysOf, witnessesFor } from '../../../protocol/directory.ts'
import { Rejected } from '../../../protocol/errors.ts'
import {
  type LedgerKeys,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../../protocol/ledger/checkpoint.ts'
import { parseNote } from '../../../protocol/ledger/note.ts'
import { joinCosignatures, witnessesOf } from '../../../protocol/ledger/witness.ts'
import type { PartyId } from '../../../protocol/names.ts'
import { readCheckpointAt } from '../checkpoints-table.ts'
import { type CosignatureRow, cosignaturesAt } from './cosignatures-table.ts'
import { cosignedNow, sizesWith, type Witnessed } from './standing.ts'

/** A checkpoint whose quorum was verified line by line: what the table says is not enough. */
export interface WitnessedCheckpoint {
  readonly size: number
  readonly root: Uint8Array
  /** The signed note with the lines of the witnesses. */
  readonly note: string
  readonly witnesses: readonly PartyId[]
}

/** The newest that so many witnesses cosigned, above a size. A line that does not verify does not count, and is told of. */
export async function newestWitnessed(
  witnessed: Witnessed,
  quorum: number,
  above = 0,
  refused: (row: CosignatureRow) => void = () => undefined,
): Promise<WitnessedCheckpoint | undefined> {
  const sizes = sizesWith(await cosignedNow(witnessed), Math.max(quorum, 1))
  for (const size of sizes.filter((candidate) => candidate > above)) {
    const found = await verifiedAt(witnessed, size, refused)
    if (found !== undefined && found.witnesses.length >= quorum) return found
  }
  return undefined
}

async function verifiedAt(
  { party, database, directory, now }: Witnessed,
  size: number,
  refused: (row: CosignatureRow) => void,
): Promise<WitnessedCheckpoint | undefined> {
  const stored = await readCheckpointAt(database, size)
  // The signatures of the last batches may still be on their way to the table.
  if (stored === undefined || stored.note === null) return undefined
  const counted = witnessesFor(directory(), party, now())
  let checkpoint = verifyCheckpoint(utf8(stored.note), ledgerKeysOf(directory(), party, now()))
  // A note of fewer entries, with true lines, in the row of more.
  if (checkpoint.size !== size) return undefined
  const witnesses: PartyId[] = []
  for (const row of await cosignaturesAt(database, size)) {
    const keys = counted.get(row.witness)
    if (keys === undefined) continue
    const joined = withLines(checkpoint, row, keys)
    if (joined === undefined) refused(row)
    else {
      checkpoint = joined
      witnesses.push(row.witness)
    }
  }
  return { size, root: checkpoint.root, note: joinCosignatures(checkpoint, []), witnesses }
}

/** `undefined` when they are not the witness's lines of this checkpoint. */
function withLines(
  checkpoint: VerifiedCheckpoint,
  { witness, lines }: CosignatureRow,
  keys: LedgerKeys,
): VerifiedCheckpoint | undefined {
  try {
    const { signatures } = parseNote(utf8(`\n\n${lines}`))
    const joined = { ...checkpoint, note: parseNote(utf8(joinCosignatures(checkpoint, signatures))) }
    return witnessesOf(joined, new Map([[witness, keys]])).has(witness) ? joined : undefined
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}
