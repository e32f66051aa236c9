/**
 * Answers for what this witness cosigned last of a ledger. Nobody is believed about it but its own signature: a row that it
 * did not sign is refused, and so is one from before what this process cosigned.
 */
import { equal, utf8 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { type CheckpointBody, type LedgerKeys, parseCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { emptyRoot } from '../../../protocol/ledger/merkle.ts'
import { isCosignedBy } from '../../../protocol/ledger/witness.ts'
import type { Database } from '../../database/open.ts'
import { readWitnessed, type WitnessedRow } from './witnessed-table.ts'

export interface Held extends Pick<CheckpointBody, 'size' | 'root'> {
  /** With the lines of this witness; `undefined` when it never cosigned anything of the ledger. */
  readonly note: string | undefined
  readonly stopped: boolean
}

type Reached = Pick<CheckpointBody, 'size' | 'root'>

/** What this process cosigned of each ledger. A database that went back behind it is not believed. */
export interface Memory {
  readonly of: (origin: string) => Reached | undefined
  readonly add: (body: CheckpointBody) => void
}

export function createMemory(): Memory {
  const reached = new Map<string, Reached>()
  return {
    of: (origin) => reached.get(origin),
    // Answers may come in another order than the commits.
    add: ({ origin, size, root }) => {
      if (size >= (reached.get(origin)?.size ?? 0)) reached.set(origin, { size, root })
    },
  }
}

/** Throws `unavailable` for a row that this witness did not make, or that it has gone beyond. */
export async function readHeld(
  database: Database,
  origin: string,
  own: LedgerKeys,
  memory: Memory,
): Promise<Held> {
  // Remembered first, read then: what was remembered was durable, so what is read cannot be from before it.
  const reached = memory.of(origin)
  const row = await readWitnessed(database, origin)
  const held = row === undefined ? nothing : heldOf(row, own)
  const behind = reached !== undefined && held.size < reached.size
  if (behind || (held.size === reached?.size && !equal(held.root, reached.root)))
    throw new Rejected('unavailable', `what was cosigned of ${origin} is no longer in the database`)
  return held
}

const nothing: Held = { size: 0, root: emptyRoot, note: undefined, stopped: false }

function heldOf({ origin, size, note, stopped }: WitnessedRow, own: LedgerKeys): Held {
  const checkpoint = parseCheckpoint(utf8(note))
  const same = checkpoint.origin === origin && checkpoint.size === size
  if (!same || !isCosignedBy(checkpoint, own))
    throw new Rejected('unavailable', `the row of ${origin} was not cosigned here`)
  return { size, root: checkpoint.root, note, stopped }
}
