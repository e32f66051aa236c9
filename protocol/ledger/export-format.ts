/** Answers for the folder that a ledger is exported to: C2SP's static layout, and beside it what the auditor is shown. */
import { toHex } from '../bytes.ts'
import { bytes, embedded, field, list, nullable, type Of, record, tuple, unsigned } from '../codec.ts'

/** `[record, key]` of an entry, or null where it is not shown or was shredded. */
export const shownRecord = nullable(tuple(bytes(1, 65536), bytes(32)))
/** 256 to a file, like a bundle of entries. */
export const shownRecords = list(shownRecord, 0, 256)
export type ShownRecords = Of<typeof shownRecords>

const rootSignature = record({
  protectedBytes: field(1, bytes(1, 1000)),
  signature: field(2, bytes(64, 2420)),
})
/** Both keys' signatures of one root, as receipts carry them. */
export const rootSignatures = tuple(rootSignature, rootSignature)

/** `[size, signatures]` of each root that was signed while these entries were the last: what their receipts rest on. */
export const signedRoots = list(tuple(unsigned, embedded(rootSignatures)), 0, 256)
export type SignedRoots = Of<typeof signedRoots>

export const exportFiles = {
  descriptor: 'descriptor.cbor',
  checkpoint: 'checkpoint',
  checkpoints: 'checkpoints',
  registry: 'registry',
  records: 'records',
  suspensions: 'suspensions',
  timeStamps: 'timestamps',
} as const

/** Name of the file with the signed roots of the sizes from 256 × `bundle` + 1 on. */
export function signedRootsFile(bundle: number): string {
  return `${exportFiles.checkpoints}/${String(bundle).padStart(9, '0')}.cbor`
}

/** Name of a checkpoint that was time-stamped, or of its RFC 3161 token. */
export function timeStampFile(size: number, kind: 'checkpoint' | 'tsr'): string {
  return `${exportFiles.timeStamps}/${String(size).padStart(12, '0')}.${kind}`
}

/** Name of the file with the records of the entries from 256 × `bundle` on. */
export function recordsFile(bundle: number): string {
  return `${exportFiles.records}/${String(bundle).padStart(9, '0')}.cbor`
}

/** Name of the file with a version of the registry, as it was signed. */
export function registryFile(version: number): string {
  return `${exportFiles.registry}/${String(version).padStart(9, '0')}.cose`
}

/** Name of the file with a suspension notice, by the digest that its entry names. */
export function suspensionFile(digest: Uint8Array): string {
  return `${exportFiles.suspensions}/${toHex(digest)}.cose`
}
