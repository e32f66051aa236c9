/** Answers for disclosed fields in words: one line for each, by the entry and the field's name. */
import { toHex } from '../bytes.ts'
import { type CborValue, encode } from '../cbor.ts'
import { diagnose } from '../diagnostic.ts'
import { label, printLabel } from '../label.ts'
import type { ShownEntry } from './disclosed-entries.ts'
import type { FieldName } from './record.ts'

/** `entry 3 event` to its value; times stay numbers. */
export function disclosedFacts(entries: readonly ShownEntry[]): Readonly<Record<string, string | number>> {
  const facts = entries.flatMap(({ index, fields }) =>
    [...fields].map(([name, value]) => [`entry ${index} ${name}`, factOf(name, value)] as const),
  )
  return Object.fromEntries(facts)
}

function factOf(name: FieldName, value: CborValue): string | number {
  if (value === null) return 'not in the record'
  if (typeof value === 'string' || typeof value === 'number') return value
  if (value instanceof Uint8Array) return toHex(value)
  if (name === 'label') return printLabel(label.read(value, name))
  return diagnose(encode(value))
}
