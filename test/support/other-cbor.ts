/**
 * Answers for what two other CBOR libraries, cborg and cbor2, make of the same bytes, in our values; and from that,
 * by rule, which bytes are of the profile.
 */
import * as cbor2 from 'cbor2'
import * as cborg from 'cborg'
import { equal } from '../../protocol/bytes.ts'
import { type CborValue, redacted, Simple, Tag } from '../../protocol/cbor.ts'
import { profile } from '../../protocol/scan.ts'

/** Both take the bytes in their strictest mode, spell the value the same way again, and it is of the kinds that we admit. */
export function inProfile(bytes: Uint8Array): boolean {
  const value = byCbor2(bytes)
  if (value === undefined || !isOfProfile(value, 0) || items(value) > profile.items) return false
  return hasSimple(value) || byCborg(bytes) !== undefined
}

/** `undefined` when it refuses the bytes, or would spell them otherwise. */
export function byCbor2(bytes: Uint8Array): CborValue | undefined {
  try {
    const value: unknown = cbor2.decode(bytes, {
      ...cbor2.cdeDecodeOptions,
      ignoreGlobalTags: true,
      preferMap: true,
      rejectFloats: true,
      rejectUndefined: true,
    })
    const again = cbor2.encode(value, cbor2.cdeEncodeOptions)
    return equal(bytes, again) ? ours(value) : undefined
  } catch {
    return undefined
  }
}

/** The same of cborg, which has no simple values beside true, false and null. */
export function byCborg(bytes: Uint8Array): CborValue | undefined {
  const tag = (number: number) =>
    [number, (content: () => unknown) => new cborg.Tagged(number, content())] as const
  try {
    const value: unknown = cborg.decode(bytes, {
      strict: true,
      useMaps: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
      rejectDuplicateMapKeys: true,
      tags: Object.fromEntries(profile.tags.map(tag)),
    })
    return equal(bytes, cborg.encode(value, cborg.rfc8949EncodeOptions)) ? ours(value) : undefined
  } catch {
    return undefined
  }
}

/** Throws for values that we have no word for, such as `undefined`. */
export function ours(value: unknown): CborValue {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value
  if (typeof value === 'boolean' || value === null) return value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (Array.isArray(value)) return value.map(ours)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [ours(key), ours(item)]))
  if (value instanceof cbor2.Simple && value.value === redacted.value) return redacted
  if (value instanceof cbor2.Tag) return new Tag(Number(value.tag), ours(value.contents))
  if (value instanceof cborg.Tagged) return new Tag(value.tag, ours(value.value))
  throw new Error('a value that we have no word for')
}

function isOfProfile(value: CborValue, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'bigint') return false
  if (typeof value !== 'object' || value === null) return true
  if (value instanceof Uint8Array || value instanceof Simple) return true
  if (depth >= profile.depth) return false
  if (value instanceof Tag) return profile.tags.includes(value.tag) && isOfProfile(value.value, depth + 1)
  if (!(value instanceof Map)) return parts(value).every((item) => isOfProfile(item, depth + 1))
  return entries(value).every(([key, item]) => isKey(key) && isOfProfile(item, depth + 1))
}

function isKey(key: CborValue): boolean {
  return (
    typeof key === 'string' || key instanceof Simple || (typeof key === 'number' && Number.isSafeInteger(key))
  )
}

function hasSimple(value: CborValue): boolean {
  return value instanceof Simple || parts(value).some(hasSimple)
}

function items(value: CborValue): number {
  return parts(value).reduce((sum: number, part) => sum + items(part), 1)
}

function parts(value: CborValue): readonly CborValue[] {
  if (value instanceof Tag) return [value.value]
  if (value instanceof Map) return entries(value).flat()
  return Array.isArray(value) ? (value as readonly CborValue[]) : []
}

function entries(map: ReadonlyMap<CborValue, CborValue>): readonly (readonly [CborValue, CborValue])[] {
  return Array.from(map)
}
