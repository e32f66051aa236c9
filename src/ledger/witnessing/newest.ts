/**
 * Answers for which checkpoint of the ledger is the newest: as the sequencer of this process tells it, before it is in the
 * tables, and as the tables have it from other replicas and earlier runs.
 */
import { utf8 } from '../../../protocol/bytes.ts'
import { parseCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import type { Database } from '../../database/open.ts'
import { readCheckpoint, readCheckpointAt, storeSigned } from '../checkpoints-table.ts'
import type { SignedRoot } from '../signing.ts'

export interface SizedNote {
  readonly size: number
  /** The signed note; it is in the tables then. */
  readonly note: () => Promise<string>
}

export interface NewestCheckpoint {
  /** Of each root as it is signed. */
  readonly hear: (signed: SignedRoot) => void
  /** `undefined` before the first. */
  readonly read: (database: Database) => Promise<SizedNote | undefined>
}

/** `wake` is called for each that is heard. */
export function followNewest(wake: () => void): NewestCheckpoint {
  let heard: SignedRoot | undefined
  return {
    hear: (signed) => {
      if (heard === undefined || signed.root.size > heard.root.size) heard = signed
      wake()
    },
    read: async (database) => {
      const stored = storedNote(await readCheckpoint(database))
      if (heard === undefined || (stored !== undefined && stored.size >= heard.root.size)) return stored
      return heardNote(database, heard)
    },
  }
}

function storedNote(note: string | undefined): SizedNote | undefined {
  if (note === undefined) return undefined
  return { size: parseCheckpoint(utf8(note)).size, note: () => Promise.resolve(note) }
}

/** Stored by whoever needs it: a batch that another follows at once may go without. */
function heardNote(database: Database, signed: SignedRoot): SizedNote {
  const note = async (): Promise<string> => {
    const made = signed.note
    await storeSigned(database, [signed.row])
    return made
  }
  return { size: signed.root.size, note }
}

/** Throws when nobody made it: who cosigned it asked with it. */
export async function noteAt(database: Database, size: number): Promise<string> {
  const note = (await readCheckpointAt(database, size))?.note
  if (typeof note === 'string') return note
  throw new Error(`no signed note of ${size} entries`)
}
