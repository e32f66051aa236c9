/**
 * Answers for stored rows that prove themselves before anybody is told what they say: whoever can write to the database
 * can put the key of one event on the row of another, but cannot make a leaf that agrees.
 */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { discloseFields, verifyDisclosure } from '../../protocol/ledger/disclosure.ts'
import { parseLeaf, type SaltedRecord, saltRecord } from '../../protocol/ledger/entry.ts'
import { idempotencyOf } from '../../protocol/ledger/idempotency.ts'
import { type FieldName, parseRecord } from '../../protocol/ledger/record.ts'
import type { StoredEntry } from './entries-table.ts'

/** What a receipt shows of its entry: enough to say what was entered of which envelope, and when. */
const shownFields = ['at', 'event', 'digest', 'decision', 'transfer'] as const satisfies readonly FieldName[]

/**
 * Gives what a receipt of the entry shows. Throws `broken-chain` unless the leaf commits to the record and the record to
 * key and fingerprint. Of a shredded record the proof of `idempotency` alone is left: it is enough for that, and all that
 * is shown; a shredded row without it says nothing.
 */
export function proveRow(entry: StoredEntry): readonly Uint8Array[] {
  const { index, leaf, record, secret, kept, key, fingerprint } = entry
  const named = idempotencyOf(key, fingerprint)
  try {
    if (record !== null && secret !== null) return provenRecord(leaf, record, secret, named)
    if (kept === null) throw new Rejected('broken-chain', 'nothing is left of its record')
    const { name, value } = verifyDisclosure(leaf, kept)
    if (name !== 'idempotency') throw new Rejected('broken-chain', `of its record the field ${name} is left`)
    requireSame(value, named)
    return [kept]
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause
    throw new Rejected('broken-chain', `entry ${index}: ${cause.detail}`, { cause })
  }
}

function provenRecord(
  leaf: Uint8Array,
  bytes: Uint8Array,
  secret: Uint8Array,
  named: Uint8Array,
): readonly Uint8Array[] {
  const record = parseRecord(bytes)
  const salted = saltRecord(record, secret)
  if (!equal(parseLeaf(leaf).commitment, salted.commitment)) {
    throw new Rejected('broken-chain', 'the leaf commits to another record')
  }
  requireSame(record.idempotency, named)
  return shownOf(salted)
}

function requireSame(value: unknown, named: Uint8Array): void {
  if (!(value instanceof Uint8Array) || !equal(value, named)) {
    throw new Rejected('broken-chain', 'key and fingerprint of its row are not those of its record')
  }
}

export function shownOf(salted: SaltedRecord): readonly Uint8Array[] {
  return discloseFields(salted, shownFields)
}

/** What a row keeps when its record is shredded: to nobody it tells more than that the event of this key was entered here. */
export function keptOf(record: Uint8Array, secret: Uint8Array): Uint8Array {
  const [kept] = discloseFields(saltRecord(parseRecord(record), secret), ['idempotency'])
  if (kept === undefined) throw new RangeError('one field, one disclosure')
  return kept
}
