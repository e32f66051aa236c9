/** Answers for showing one field of an entry alone: its salt, its value, and the path to what the leaf commits to (entry.md). */
import { equal } from '../bytes.ts'
import { type CborValue, decode, encode } from '../cbor.ts'
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import { fieldLeaf, parseLeaf, type SaltedRecord, saltRecord } from './entry.ts'
import { leafHash } from './merkle.ts'
import { inclusionRoot, proveInclusion } from './merkle-proof.ts'
import { type FieldName, fieldNames, fieldValues, type LedgerRecord } from './record.ts'
import { saltAt } from './salting.ts'

const disclosure = is.record({
  type: is.field('type', is.oneOf('pouch-disclosure-v1')),
  salt: is.field('salt', is.bytes(32)),
  name: is.field('name', is.oneOf(...fieldNames)),
  /** null where the record lacks the field: its absence can be shown too. */
  value: is.field('value', is.anything),
  path: is.field('path', is.list(is.bytes(32), 0, 64)),
})

export interface DisclosedField {
  readonly name: FieldName
  readonly value: CborValue
}

/** What proves one field of the record to whoever holds the leaf, and tells nothing of the others. */
export function discloseField(record: LedgerRecord, key: Uint8Array, name: FieldName): Uint8Array {
  const [disclosed] = discloseFields(saltRecord(record, key), [name])
  if (disclosed === undefined) throw new RangeError(`no field ${name}`)
  return disclosed
}

/** The same for several fields of a record that is hashed already. */
export function discloseFields(
  { record, salts, node }: SaltedRecord,
  names: readonly FieldName[],
): readonly Uint8Array[] {
  const values = fieldValues(record)
  return names.map((name) => {
    const index = fieldNames.indexOf(name)
    const [salt, value] = [saltAt(salts, index), values[index]]
    if (value === undefined) throw new RangeError(`no field ${name}`)
    const { path } = proveInclusion(index, fieldNames.length, node)
    return is.encodeAs(disclosure, { type: 'pouch-disclosure-v1', salt, name, value, path })
  })
}

/** Throws `bad-proof` when the field is not of the entry. The name alone gives its place, so that none passes for another. */
export function verifyDisclosure(leaf: Uint8Array, bytes: Uint8Array): DisclosedField {
  const { salt, name, value, path } = disclosure.read(decode(bytes), 'disclosure')
  const index = fieldNames.indexOf(name)
  const field = leafHash(fieldLeaf(index, salt, encode(value)))
  const root = inclusionRoot(field, { index, size: fieldNames.length, path })
  if (!equal(root, parseLeaf(leaf).commitment)) {
    throw new Rejected('bad-proof', `the leaf commits to another ${name}`)
  }
  return { name, value }
}

/** The values of all of them by their names. Throws `bad-disclosure` when a field is shown twice. */
export function verifyDisclosures(
  leaf: Uint8Array,
  disclosures: readonly Uint8Array[],
): ReadonlyMap<FieldName, CborValue> {
  const proven = disclosures.map((each) => verifyDisclosure(leaf, each))
  const shown = new Map(proven.map(({ name, value }) => [name, value]))
  if (shown.size !== proven.length) throw new Rejected('bad-disclosure', 'a field is shown twice')
  return shown
}
