/** Answers for signatures on their way to the tables: with the next batch, or by themselves when there is none. */
import type { Database } from '../database/open.ts'
import { type SignedRow, storeSigned } from './checkpoints-table.ts'
import type { SignedRoot } from './signing.ts'

export interface UnstoredSignatures {
  readonly add: (signed: SignedRoot) => void
  /** The smallest of them that covers the entry. */
  readonly over: (index: number) => SignedRoot | undefined
  readonly rows: () => readonly SignedRow[]
  readonly areStored: (rows: readonly SignedRow[]) => void
  readonly store: () => Promise<void>
}

export function unstoredSignatures(database: Database): UnstoredSignatures {
  const unstored = new Map<number, SignedRoot>()
  const rows = (): readonly SignedRow[] => [...unstored.values()].map(({ row }) => row)
  const areStored = (stored: readonly SignedRow[]): void => {
    // A note that was made since is stored with the next rows.
    for (const { size, note } of stored) if (unstored.get(size)?.row.note === note) unstored.delete(size)
  }
  return {
    add: (signed) => unstored.set(signed.row.size, signed),
    // They are added in the order of their sizes.
    over: (index) => [...unstored.values()].find(({ root }) => root.size > index),
    rows,
    areStored,
    // What they sign is durable without them: when the database is away they stay here for the next batch, and when the
    // process ends before it, the next start signs anew.
    store: async () => {
      const stored = rows()
      if (stored.length === 0) return
      await storeSigned(database, stored).then(
        () => areStored(stored),
        () => undefined,
      )
    },
  }
}
