/**
 * Answers for CBOR as people read it: diagnostic notation (RFC 8949 §8) with byte strings of CBOR opened as `<<…>>`,
 * and with the names of labels as comments. For eyes only; nothing reads it back.
 */
import { toHex } from './bytes.ts'
import { type CborValue, decode, Simple, Tag } from './cbor.ts'
import { Rejected } from './errors.ts'
import { profile } from './scan.ts'

/** What the parts of an object are called; it looks through tags and opened byte strings. Names hold no slash. */
export interface Names {
  readonly name?: string
  /** Of a map, by label: `{ '-4': { name: 'ek' } }`. */
  readonly labels?: Readonly<Record<string, Names>>
  /** Of an array, by position. */
  readonly items?: readonly Names[]
  /** Of every element or entry that has no names of its own. */
  readonly each?: Names
  /** Of numbers and texts: `{ '-19': 'Ed25519' }`. */
  readonly values?: Readonly<Record<string, string>>
}

interface Printing {
  readonly whole: boolean
  /** How many items may still be printed; once it is spent, byte strings stay closed. */
  items: number
}

interface Place {
  readonly indent: string
  /** Containers and opened byte strings around; the limit of the gate holds for one encoding only. */
  readonly depth: number
}

/** Throws `Rejected` for what the gate refuses, and for nothing else. Byte strings over 32 bytes are cut unless `whole`. */
export function diagnose(bytes: Uint8Array, names: Names = {}, whole = false): string {
  const value = decode(bytes)
  return comment(names) + notation(value, names, { indent: '', depth: 0 }, { whole, items: profile.items })
}

function notation(value: CborValue, names: Names, place: Place, printing: Printing): string {
  printing.items--
  if (typeof value === 'string') return quoted(value) + meaning(value, names)
  if (typeof value !== 'object' || value === null) return `${value}${meaning(String(value), names)}`
  if (value instanceof Uint8Array)
    return opened(value, names, place, printing) ?? hexadecimal(value, printing)
  if (value instanceof Tag) return `${value.tag}(${notation(value.value, names, place, printing)})`
  if (value instanceof Simple) return `simple(${value.value})`
  return value instanceof Map
    ? map(value, names, place, printing)
    : array(value as readonly CborValue[], names, place, printing)
}

function array(values: readonly CborValue[], names: Names, place: Place, printing: Printing): string {
  const parts = values.map((value, i) => {
    const own = names.items?.[i] ?? names.each ?? {}
    return comment(own) + notation(value, own, within(place), printing)
  })
  return enclosed('[', parts, ']', place)
}

function map(
  values: ReadonlyMap<CborValue, CborValue>,
  names: Names,
  place: Place,
  printing: Printing,
): string {
  const parts = Array.from(values, ([label, value]) => {
    const key = notation(label, {}, place, printing)
    const own = entry(names.labels, typeof label === 'string' ? label : key) ?? names.each ?? {}
    return `${comment(own)}${key}: ${notation(value, own, within(place), printing)}`
  })
  return enclosed('{', parts, '}', place)
}

function within({ indent, depth }: Place): Place {
  return { indent: `${indent}  `, depth: depth + 1 }
}

/** On one line if that is short and at most one part has comments. */
function enclosed(open: string, parts: readonly string[], close: string, { indent }: Place): string {
  const line = open + parts.join(', ') + close
  if (
    line.length + indent.length <= 80 &&
    !line.includes('\n') &&
    (parts.length < 2 || !line.includes(' /'))
  ) {
    return line
  }
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(',\n')}\n${indent}${close}`
}

/** The array, map or tag inside a byte string, if there is just one. */
function opened(bytes: Uint8Array, names: Names, place: Place, printing: Printing): string | undefined {
  const major = (bytes[0] ?? 0) >> 5
  if (major < 4 || major > 6 || place.depth >= profile.depth || printing.items <= 0) return undefined
  try {
    const value = decode(bytes, { ...profile, items: printing.items })
    return `<<${notation(value, names, { ...place, depth: place.depth + 1 }, printing)}>>`
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

const cutBytes = 32

function hexadecimal(bytes: Uint8Array, { whole }: Printing): string {
  if (whole || bytes.length <= cutBytes) return `h'${toHex(bytes)}'`
  return `h'${toHex(bytes.subarray(0, 12))}...${toHex(bytes.subarray(-4))}' / ${bytes.length} bytes /`
}

/** Control and direction characters are escaped, as they could make a terminal show another text. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function comment({ name }: Names): string {
  return name === undefined ? '' : `/ ${name} / `
}

function meaning(value: string, { values }: Names): string {
  const known = entry(values, value)
  return known === undefined ? '' : ` / ${known} /`
}

/** A label of the message must not find what every object inherits. */
function entry<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
}
