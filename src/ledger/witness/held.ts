/**
 * Answers for what this witness cosigned last of a ledger. Nobody is believed about it but its own signature: of a row that it
 * did not sign, or that is from before what it remembers, it goes by its memory.
 */
import { equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { emptyRoot } from '../../../protocol/ledger/merkle.ts'
import { errorFields } from '../../logger.ts'
import type { Gateway } from '../../exchange/gateway.ts'
import { type Memory, type OwnWord, ownWord } from './memory.ts'
import { readWitnessed, type WitnessedRow } from './witnessed-table.ts'

export interface Held {
  readonly size: number
  readonly root: Uint8Array
  /** With the lines of this witness; `undefined` when it never cosigned anything of the ledger. */
  readonly note: string | undefined
  readonly stopped: boolean
  /** The size in the row, which the next takes the place of; `undefined` for no row. */
  readonly rowSize: number | undefined
  /** It is the row that says so, and not the memory alone. */
  readonly isInRow: boolean
}

/** Throws `unavailable` for a row that this witness did not make, where it remembers nothing. */
export async function readHeld(gateway: Gateway, origin: string, memory: Memory): Promise<Held> {
  const { database, logger } = gateway
  // Remembered first, read then: what was remembered was durable, so what is read cannot be from before it.
  const remembered = await memory.of(origin)
  const row = await readWitnessed(database, origin)
  const place = { stopped: row?.stopped ?? false, rowSize: row?.size }
  try {
    const word = requireNotBehind(row && wordIn(row, gateway), remembered)
    return { ...word, ...place, isInRow: row !== undefined }
  } catch (error) {
    logger.error('witness-row-refused', errorFields(error))
    if (remembered === undefined) throw error
    return { ...remembered, ...place, isInRow: false }
  }
}

const nothing = { size: 0, root: emptyRoot, note: undefined }

function wordIn({ origin, size, note }: WitnessedRow, { ledger }: Gateway): OwnWord {
  const word = ownWord(note, origin, ledger.keys)
  if (word.size !== size) throw new Rejected('unavailable', `the row of ${origin} is of another size`)
  return word
}

function requireNotBehind(word: OwnWord | undefined, remembered: OwnWord | undefined) {
  if (remembered === undefined) return word ?? nothing
  const behind = word === undefined || word.size < remembered.size
  if (behind || (word.size === remembered.size && !equal(word.root, remembered.root)))
    throw new Rejected('unavailable', `what was cosigned of ${remembered.origin} is not in the database`)
  return word
}
