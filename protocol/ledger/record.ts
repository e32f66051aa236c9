/** Answers for what a ledger entry records: its fields, their fixed order, and their CDDL (entry.md, "Record"). */
import type { CborValue } from '../cbor.ts'
import * as is from '../codec.ts'
import { label } from '../label.ts'
import { partyId, setOf } from '../names.ts'
import { countedFor } from '../policy/inputs.ts'
import { justification } from '../policy/justification.ts'
import { level } from '../policy/level.ts'

export const events = [
  'genesis',
  'submission-acceptance',
  'submission-rejection',
  'relay-acceptance',
  'relay-rejection',
  'relay-failure',
  'content-consignment',
  'content-handover',
  'registry-adoption',
  'registry-conflict',
  'agreement-suspension',
  'agreement-resumption',
  'attestation-withdrawal',
  'key-change',
  'operator-action',
  'audit-read',
  'witness-conflict',
  'scrub',
  'time-stamp',
  'cover',
] as const

export type LedgerEvent = (typeof events)[number]

const digest = is.bytes(32)

export const decision = is.record({
  allow: is.field('allow', is.boolean),
  grounds: is.field('grounds', setOf(is.text(500))),
  /** What the label is worth on the common scale; null when something about it is unknown. */
  level: is.field('level', is.nullable(level)),
  /** SHA-256 of all that it was made on: protocol/policy/inputs. */
  inputs: is.optional('inputs', digest),
  /** What was counted for an agreement that aggregates. */
  counted: is.optional('counted', countedFor),
  justification: is.optional('justification', justification),
})

const registry = is.record({ version: is.field('version', is.unsigned), digest: is.field('digest', digest) })

const acknowledgement = is.record({
  digest: is.field('digest', digest),
  outcome: is.field('outcome', is.text()),
})

export const ledgerRecord = is.record({
  acknowledgement: is.optional('acknowledgement', acknowledgement),
  actor: is.field('actor', is.text()),
  agreement: is.optional('agreement', is.text()),
  at: is.field('at', is.seconds),
  decision: is.optional('decision', decision),
  detail: is.optional('detail', is.text(2000)),
  digest: is.optional('digest', digest),
  event: is.field('event', is.oneOf(...events)),
  from: is.optional('from', partyId),
  /** SHA-256 of the key and the fingerprint under which the event is entered once: no row can pass for another event's. */
  idempotency: is.optional('idempotency', digest),
  label: is.optional('label', label),
  messageType: is.optional('messageType', is.text()),
  /** How many transfers `from` has sent to each of `to`, this one counted: a gap is evidence of an omission. */
  pairSequence: is.optional('pairSequence', is.dictionary(is.unsigned)),
  peerReceipt: is.optional('peerReceipt', digest),
  policy: is.optional('policy', is.text()),
  purpose: is.optional('purpose', is.text()),
  registry: is.optional('registry', registry),
  to: is.optional('to', is.list(partyId)),
  transfer: is.optional('transfer', is.text()),
})

export type LedgerRecord = is.Of<typeof ledgerRecord>
export type FieldName = keyof LedgerRecord

/** The order in which fields are committed: that of deterministic CBOR map keys, shorter names first. */
export const fieldNames = [
  'at',
  'to',
  'from',
  'actor',
  'event',
  'label',
  'detail',
  'digest',
  'policy',
  'purpose',
  'decision',
  'registry',
  'transfer',
  'agreement',
  'idempotency',
  'messageType',
  'peerReceipt',
  'pairSequence',
  'acknowledgement',
] as const satisfies readonly FieldName[]

/** Each field's CBOR value, null where the record lacks it: an entry never shows which fields it has. */
export function fieldValues(record: LedgerRecord): readonly CborValue[] {
  const values = ledgerRecord.write(record) as ReadonlyMap<CborValue, CborValue>
  return fieldNames.map((name) => values.get(name) ?? null)
}

export function recordBytes(record: LedgerRecord): Uint8Array {
  return is.encodeAs(ledgerRecord, record)
}

export function parseRecord(bytes: Uint8Array): LedgerRecord {
  return is.decodeAs(ledgerRecord, bytes, 'record')
}
