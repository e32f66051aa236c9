/** Answers for the folder that a ledger is exported to: C2SP's static layout, and beside it what the auditor is shown. */
import { bytes, list, nullable, type Of, tuple } from '../codec.ts'

/** `[record, key]` of an entry, or null where it is not shown or was shredded; 256 to a file, like a bundle of entries. */
export const shownRecords = list(nullable(tuple(bytes(1, 65536), bytes(32))), 0, 256)
export type ShownRecords = Of<typeof shownRecords>

export const exportFiles = {
  descriptor: 'descriptor.cbor',
  checkpoint: 'checkpoint',
  registry: 'registry',
  records: 'records',
} as const

/** Name of the file with the records of the entries from 256 × `bundle` on. */
export function recordsFile(bundle: number): string {
  return `${exportFiles.records}/${String(bundle).padStart(9, '0')}.cbor`
}
