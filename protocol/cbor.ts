/**
 * Answers for CBOR, as the only door to cbor-x: nothing reaches its decoder that the scan of the profile has not passed,
 * and what it makes of the bytes is taken over item by item into plain values of our own. Writing is less than telling
 * cbor-x how to: it knows no canonical order, writes integers above 2^32 as floats, and keeps one buffer for all messages.
 */
import { Decoder, Tag as CborXTag } from 'cbor-x/index-no-eval'
import { compare, concat, precedes, utf8 } from './bytes.ts'
import {
  add,
  head,
  integer,
  type Output,
  putBytes,
  putHead,
  putInteger,
  putText,
  refuse,
  text,
} from './cbor-output.ts'
import { type Limits, profile, scan } from './scan.ts'

/** `bigint` may be given to `encode`, within ±(2^53 - 1); `decode` never makes one. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Simple
  | Uint8Array
  | Tag
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>

export class Tag {
  readonly tag: number
  readonly value: CborValue
  constructor(tag: number, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}

/** There is one simple value beside true, false and null, so one instance: `map.get(redacted)` finds it. */
export class Simple {
  readonly value = 59
}
/** simple(59): the key under which SD-CWT keeps the hashes of redacted claims. */
export const redacted = new Simple()

/** Refuses as `malformed-cbor` or `too-large`. Byte strings are copies, so `bytes` may be reused afterwards. */
export function decode(bytes: Uint8Array, limits: Limits = profile): CborValue {
  scan(bytes, limits)
  // A view of its own: cbor-x hangs a DataView on the array that it is given, and slices by its species.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  return taken(new Decoder(decoding).decode(view))
}

/** Through `sharedValues`, which cbor-x looks up for simple values that it does not know, it can be taught simple(59). */
const decoding = {
  mapsAsObjects: false,
  useRecords: false,
  copyBuffers: true,
  int64AsNumber: true,
  sharedValues: Object.assign([], { 59: redacted }),
}

/** Whatever cbor-x might make beside these (dates, sets, typed arrays, `undefined`) the scan must have refused. */
function taken(value: unknown): CborValue {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  if (value === null || value instanceof Simple || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return takenArray(value)
  if (value instanceof Map) return takenMap(value)
  if (value instanceof CborXTag) return new Tag(value.tag, taken(value.value))
  throw new Error('cbor-x made a value that the scan does not admit')
}

// Arrays and maps are cbor-x's own and nobody else's: what they hold is replaced in place, where it needs to be.

function takenArray(items: unknown[]): readonly CborValue[] {
  for (let i = 0; i < items.length; i++) items[i] = taken(items[i])
  return items as readonly CborValue[]
}

function takenMap(map: Map<unknown, unknown>): ReadonlyMap<CborValue, CborValue> {
  for (const [key, item] of map) {
    taken(key)
    const own = taken(item)
    if (own !== item) map.set(key, own)
  }
  return map as ReadonlyMap<CborValue, CborValue>
}

/** Deterministic CBOR; map keys are sorted here. Refuses what `decode` would refuse. */
export function encode(value: CborValue, limits: Limits = profile): Uint8Array {
  const output: Output = { bytes: new Uint8Array(256), length: 0, limits }
  put(output, value, 0)
  const bytes = output.bytes.slice(0, output.length)
  // The writer is looked at by the same eyes as any message.
  scan(bytes, limits)
  return bytes
}

/**
 * `encode` for an array of short texts, unsigned integers and byte strings, without a look at what the byte strings hold:
 * what is signed or authenticated is a payload, perhaps large, that is only put after heads.
 */
export function encodeFlat(items: readonly (string | number | Uint8Array)[]): Uint8Array {
  return concat(head(4, items.length), ...items.flatMap(flat))
}

/** `encode` for a byte string. */
export function encodeBytes(bytes: Uint8Array): Uint8Array {
  return concat(...flat(bytes))
}

function flat(item: string | number | Uint8Array): readonly Uint8Array[] {
  if (typeof item === 'number') return [head(0, item)]
  const [major, bytes] = typeof item === 'string' ? [3, utf8(item)] : [2, item]
  return [head(major, bytes.length), bytes]
}

function put(output: Output, value: CborValue, depth: number): void {
  if (typeof value === 'number' || typeof value === 'bigint') putInteger(output, value)
  else if (typeof value === 'string') putText(output, value)
  else if (value instanceof Uint8Array) putBytes(output, value)
  else if (typeof value === 'boolean') putHead(output, 7, value ? 21 : 20)
  else if (value === null) putHead(output, 7, 22)
  else if (value instanceof Simple) putHead(output, 7, value.value)
  else if (depth >= output.limits.depth) refuse(`deeper than ${output.limits.depth}`)
  else if (value instanceof Tag) putTag(output, value, depth + 1)
  else if (value instanceof Map) putMap(output, value, depth + 1)
  else if (Array.isArray(value)) putArray(output, value, depth + 1)
  else refuse('value that is not CBOR of the profile')
}

function putArray(output: Output, items: readonly CborValue[], depth: number): void {
  putHead(output, 4, items.length)
  for (const item of items) put(output, item, depth)
}

function putTag(output: Output, { tag, value }: Tag, depth: number): void {
  if (!output.limits.tags.includes(tag)) refuse('tag not of the profile')
  putHead(output, 6, tag)
  put(output, value, depth)
}

function putMap(output: Output, map: ReadonlyMap<CborValue, CborValue>, depth: number): void {
  const start = output.length
  if (putInOrder(output, map, depth)) return
  // The keys do not come in their order; or one of them is there twice.
  output.length = start
  const entries = Array.from(map, ([key, item]) => ({ key: encodedKey(key), item }))
  entries.sort((a, b) => compare(a.key, b.key))
  // 1 and 1n were two keys, and are one now.
  if (!ascend(entries)) refuse('map key repeated')
  putHead(output, 5, entries.length)
  for (const { key, item } of entries) {
    add(output, key)
    put(output, item, depth)
  }
}

/** Most maps come with their keys in order: then each is written once, where it belongs. */
function putInOrder(output: Output, map: ReadonlyMap<CborValue, CborValue>, depth: number): boolean {
  putHead(output, 5, map.size)
  let [before, end] = [output.length, output.length]
  for (const [key, item] of map) {
    const start = output.length
    putKey(output, key)
    const own = output.length
    if (end > before && !precedes(output.bytes, before, end, start, own)) return false
    before = start
    end = own
    put(output, item, depth)
  }
  return true
}

function putKey(output: Output, key: CborValue): void {
  if (typeof key === 'string') putText(output, key)
  else add(output, encodedKey(key))
}

function ascend(entries: readonly { readonly key: Uint8Array }[]): boolean {
  let before: Uint8Array | undefined
  for (const { key } of entries) {
    if (before !== undefined && compare(before, key) >= 0) return false
    before = key
  }
  return true
}

function encodedKey(key: CborValue): Uint8Array {
  if (typeof key === 'number' || typeof key === 'bigint') return integer(key)
  if (key instanceof Simple) return Uint8Array.of(0xf8, key.value)
  if (typeof key !== 'string') return refuse('map key of another type')
  const bytes = text(key)
  return concat(head(3, bytes.length), bytes)
}
