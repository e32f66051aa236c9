/**
 * Answers for the anchor: a file beside the database, not in it, that holds the last checkpoint this process signed. Who can
 * change the database and not this file cannot take the ledger back behind it unseen. It is written in the background.
 */
import { open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { errorFields, type Logger } from '../logger.ts'

interface Kept {
  readonly size: number
  /** Asked for when it is written: not every root that is signed has its note made. */
  readonly note: () => string
}

export interface Anchor {
  /** Keeps the checkpoint if it is newer than the one kept. It does not wait for the disk. */
  readonly keep: (checkpoint: Kept) => void
  /** Waits until what is kept is on the disk, or could not be put there. */
  readonly written: () => Promise<void>
  /** Writes what is not written yet. */
  readonly close: () => Promise<void>
}

const restMilliseconds = 1000

/** The file's folder is there. */
export function openAnchor(file: string, logger: Logger): Anchor {
  let newest: Kept | undefined
  let onDisk: Kept | undefined
  let writing: Promise<void> | undefined
  const closing = new AbortController()

  let last = Promise.resolve()
  /** One after the other: the temporary file is one. */
  const write = (): Promise<void> => (last = last.then(writeNewest))

  const writeNewest = async (): Promise<void> => {
    const now = newest
    if (now === undefined || now === onDisk) return
    try {
      await writeDurably(file, `${file}.new`, now.note())
      onDisk = now
    } catch (error) {
      // What was signed is durable in the database; the file is behind until the next checkpoint, and a start says so.
      logger.error('task-failed', { task: 'anchor', ...errorFields(error) })
    }
  }

  const run = async (): Promise<void> => {
    while (newest !== onDisk && !closing.signal.aborted) {
      const before = newest
      await write()
      await rest(restMilliseconds, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
      if (newest === before) break
    }
    writing = undefined
  }

  return {
    keep: (checkpoint) => {
      if (newest !== undefined && checkpoint.size <= newest.size) return
      newest = checkpoint
      writing ??= run()
    },
    written: write,
    close: async () => {
      closing.abort()
      await writing
      await write()
    },
  }
}

/** The note as it was last written; `undefined` where there is no file. */
export async function readAnchor(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** After a crash at any point there is the earlier file or this one, whole. */
export async function writeDurably(file: string, temporary: string, text: string): Promise<void> {
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncFolder(path.dirname(file))
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
