/** Answers for the digests of receipts that were just given: the relay names one of them, and need not have it made again. */
import { suite } from '#suite'
import { createNewest } from '../newest.ts'

/** By the keys of their entries. What is not here any more is made again of the tables. */
export interface ReceiptsGiven {
  readonly add: (entryKey: string, receipt: Uint8Array) => void
  readonly digestOf: (entryKey: string) => Uint8Array | undefined
}

const mostKept = 4096

export function createReceiptsGiven(): ReceiptsGiven {
  const digests = createNewest<Uint8Array>(mostKept)
  return {
    add: (entryKey, receipt) => digests.add(entryKey, suite.sha256(receipt)),
    digestOf: digests.get,
  }
}
