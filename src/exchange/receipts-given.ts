/** Answers for what the receipts that were just given prove: the relay names it, and need not look for the entry. */
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { createNewest } from '../newest.ts'

/** By the keys of their entries, the hashes of their leaves. What is not here any more is in the tables. */
export interface ReceiptsGiven {
  readonly add: (entryKey: string, leaf: Uint8Array) => void
  readonly leafHashOf: (entryKey: string) => Uint8Array | undefined
}

const mostKept = 4096

export function createReceiptsGiven(): ReceiptsGiven {
  const hashes = createNewest<Uint8Array>(mostKept)
  return {
    add: (entryKey, leaf) => hashes.add(entryKey, leafHash(leaf)),
    leafHashOf: hashes.get,
  }
}
