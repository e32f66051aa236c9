/** Answers for what every maker of vectors of the ledger needs: their file, the ledger's keys in it, and receipts changed inside. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { toHex } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { origin, signer } from '../support/ledger.ts'

export function writeVectors(name: string, vectors: unknown): void {
  const file = path.resolve(import.meta.dirname, '../vectors', `${name}.json`)
  writeFileSync(file, `${JSON.stringify(vectors, null, 1)}\n`)
}

export const ledgerRow = {
  origin,
  ed25519: toHex(signer.keys.ed25519.bytes),
  mlDsa44: toHex(signer.keys.mlDsa44.bytes),
}

/** Protected header, unprotected header, payload, signature. */
export type Sign1 = [Uint8Array, CborValue, CborValue, Uint8Array]

/** The file with its receipts, or itself, changed. */
export function changedReceipts(
  good: Uint8Array,
  change: (sign1s: Sign1[], file: Map<string, CborValue>) => void,
): Uint8Array {
  const file = new Map(decode(good) as ReadonlyMap<string, CborValue>)
  const sign1s = (file.get('receipts') as Uint8Array[]).map(
    (bytes) => [...((decode(bytes) as Tag).value as Sign1)] as Sign1,
  )
  change(sign1s, file)
  const receipts = sign1s.map((sign1) => encode(new Tag(18, sign1)))
  return encode(file.set('receipts', receipts))
}

export function refusedReceipt(name: string, code: string, bytes: Uint8Array) {
  return { name, code, receipt: toHex(bytes) }
}

type Row = readonly [name: string, code: string, bytes: Uint8Array]

/** What both kinds of receipts are refused for alike. */
export function refusedAlike(good: Uint8Array, otherType: string): readonly Row[] {
  return [
    ['the algorithms exchanged', 'wrong-algorithm', changedReceipts(good, (sign1s) => sign1s.reverse())],
    ['one receipt', 'malformed-structure', changedReceipts(good, (sign1s) => sign1s.pop())],
    ['another type', 'malformed-structure', changedReceipts(good, (_, file) => file.set('type', otherType))],
  ]
}
