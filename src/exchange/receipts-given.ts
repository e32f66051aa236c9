/** Answers for the digests of receipts that were just given: the relay names one of them, and need not have it made again. */
import { suite } from '#suite'

/** By the keys of their entries, the newest so many. What is not here any more is made again of the tables. */
export interface ReceiptsGiven {
  readonly add: (entryKey: string, receipt: Uint8Array) => void
  readonly digestOf: (entryKey: string) => Uint8Array | undefined
}

const mostKept = 4096

export function createReceiptsGiven(): ReceiptsGiven {
  const digests = new Map<string, Uint8Array>()
  return {
    add: (entryKey, receipt) => {
      digests.set(entryKey, suite.sha256(receipt))
      const [oldest] = digests.keys()
      if (digests.size > mostKept && oldest !== undefined) digests.delete(oldest)
    },
    digestOf: (entryKey) => digests.get(entryKey),
  }
}
