/**
 * Answers for what this process knows of its own word as a witness, outside of the database: for each ledger the newest
 * checkpoint that it cosigned, in a file of its own. Who can change the database and not these files cannot have two
 * histories cosigned. A file is durable before the lines leave.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { suite } from '#suite'
import { toHex, utf8 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { type CheckpointBody, type LedgerKeys, parseCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { isCosignedBy } from '../../../protocol/ledger/witness.ts'
import { readAnchor, writeDurably } from '../anchor.ts'

/** A checkpoint with both lines of this witness. */
export interface OwnWord extends CheckpointBody {
  readonly note: string
}

export interface Memory {
  /** What is remembered of the ledger with this origin; `undefined` when it was never cosigned here. */
  readonly of: (origin: string) => Promise<OwnWord | undefined>
  /** Resolves once this, or something newer of the ledger, is on the disk. */
  readonly keep: (word: OwnWord) => Promise<void>
}

export function createMemory(folder: string, own: LedgerKeys): Memory {
  const newest = new Map<string, OwnWord | undefined>()
  const onDisk = new Map<string, number>()
  // Replicas may share the folder. Each has temporary files of its own, and whoever writes last is remembered.
  const replica = crypto.randomUUID()
  let last = Promise.resolve()

  const write = async (origin: string): Promise<void> => {
    const word = newest.get(origin)
    if (word === undefined || (onDisk.get(origin) ?? -1) >= word.size) return
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = fileOf(folder, origin)
    await writeDurably(file, `${file}.${replica}`, word.note)
    onDisk.set(origin, word.size)
  }

  return {
    of: async (origin) => {
      if (newest.has(origin)) return newest.get(origin)
      const note = await readAnchor(fileOf(folder, origin))
      // Meanwhile something may have been cosigned, and is newer.
      if (!newest.has(origin)) newest.set(origin, note === undefined ? undefined : ownWord(note, origin, own))
      return newest.get(origin)
    },
    keep: (word) => {
      const { origin, size } = word
      // Answers may come in another order than the commits.
      if (size > (newest.get(origin)?.size ?? -1)) newest.set(origin, word)
      // One after the other, so that no file goes back; one that fails lets the next try.
      const written = last.then(() => write(origin))
      last = written.catch(() => undefined)
      return written
    },
  }
}

/** Throws `unavailable` for what is not a checkpoint of this ledger with both lines of this witness. */
export function ownWord(note: string, origin: string, own: LedgerKeys): OwnWord {
  const checkpoint = parseCheckpoint(utf8(note))
  if (checkpoint.origin === origin && isCosignedBy(checkpoint, own))
    return { origin, size: checkpoint.size, root: checkpoint.root, note }
  throw new Rejected('unavailable', `what is kept of ${origin} was not cosigned here`)
}

/** An origin may hold what a file name may not. */
function fileOf(folder: string, origin: string): string {
  return path.join(folder, toHex(suite.sha256(utf8(origin))))
}
