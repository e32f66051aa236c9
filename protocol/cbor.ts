/**
 * Answers for CBOR, as the only door to cbor-x: nothing reaches its decoder, or leaves its encoder, that the scan of
 * the profile has not passed; and what it makes of the bytes is taken over item by item into plain values of our own.
 */
import { Decoder, Encoder, Tag as CborXTag } from 'cbor-x/index-no-eval'
import { compare, concat, utf8 } from './bytes.ts'
import { Rejected } from './errors.ts'
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
  if (Array.isArray(value)) return value.map(taken)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [taken(key), taken(item)]))
  if (value instanceof CborXTag) return new Tag(value.tag, taken(value.value))
  throw new Error('cbor-x made a value that the scan does not admit')
}

/** Deterministic CBOR; map keys are sorted here. Refuses what `decode` would refuse. */
export function encode(value: CborValue, limits: Limits = profile): Uint8Array {
  const handed: Handed = { limits, room: slack, simples: false }
  const bytes = written(hand(value, handed, 0), handed.room)
  if (handed.simples) placeSimples(bytes)
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

interface Handed {
  readonly limits: Limits
  /** At least as many bytes as cbor-x will ever ask for. */
  room: number
  simples: boolean
}

const slack = 0x1000
const encoding = { mapsAsObjects: false, useRecords: false, tagUint8Array: false, useTag259ForMaps: false }

/** The value as cbor-x encodes it in the shortest form: maps sorted, integers beyond 2^32 as bigint, its own tags. */
function hand(value: CborValue, handed: Handed, depth: number): unknown {
  handed.room += 9
  if (typeof value === 'number' || typeof value === 'bigint') return integer(value)
  if (typeof value === 'boolean' || value === null) return value
  if (typeof value === 'string') {
    if (!value.isWellFormed()) refuse('text with a lone surrogate')
    handed.room += 3 * value.length
    return value
  }
  if (value instanceof Uint8Array) {
    handed.room += value.length
    return new Uint8Array(value.buffer, value.byteOffset, value.length)
  }
  if (value instanceof Simple) {
    handed.simples = true
    return placeholder
  }
  if (depth >= handed.limits.depth) refuse(`deeper than ${handed.limits.depth}`)
  if (value instanceof Tag) {
    if (!handed.limits.tags.includes(value.tag)) refuse('tag not of the profile')
    return new CborXTag(hand(value.value, handed, depth + 1), value.tag)
  }
  if (value instanceof Map) return sorted(value, handed, depth + 1)
  if (Array.isArray(value)) return value.map((item: CborValue) => hand(item, handed, depth + 1))
  return refuse('value that is not CBOR of the profile')
}

/** cbor-x writes numbers above 2^32 as floats, and every bigint in nine bytes. */
function integer(value: number | bigint): number | bigint {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || Object.is(value, -0))
    refuse('number that is not an integer within ±(2^53 - 1)')
  return number > 0xffff_ffff || number < -0x1_0000_0000 ? BigInt(number) : number
}

function sorted(
  map: ReadonlyMap<CborValue, CborValue>,
  handed: Handed,
  depth: number,
): Map<unknown, unknown> {
  const entries = Array.from(map, ([key, item]) => ({ encoded: encodedKey(key), key, item }))
  if (entries.length > 1) entries.sort((a, b) => compare(a.encoded, b.encoded))
  const ready = new Map(entries.map(({ key, item }) => [hand(key, handed, depth), hand(item, handed, depth)]))
  // 1 and 1n were two keys, and are one now.
  return ready.size === map.size ? ready : refuse('map key repeated')
}

/** Only sorts: what is written is what cbor-x makes of the key, and the scan compares that. */
function encodedKey(key: CborValue): Uint8Array {
  if (typeof key === 'number' || typeof key === 'bigint') {
    const argument = Number(key)
    return argument < 0 ? head(1, -1 - argument) : head(0, argument)
  }
  if (key instanceof Simple) return Uint8Array.of(0xf8, key.value)
  if (typeof key !== 'string') return refuse('map key of another type')
  const text = utf8(key)
  return concat(head(3, text.length), text)
}

function head(major: number, argument: number): Uint8Array {
  const first = major << 5
  if (argument < 24) return Uint8Array.of(first | argument)
  const [information, width] =
    argument < 0x100 ? [24, 1] : argument < 0x1_0000 ? [25, 2] : argument < 0x1_0000_0000 ? [26, 4] : [27, 8]
  const bytes = new Uint8Array(1 + width)
  bytes[0] = first | information
  for (let i = width, rest = argument; i > 0; i--, rest = Math.floor(rest / 0x100)) bytes[i] = rest % 0x100
  return bytes
}

// The method is public in cbor-x and missing from its types.
declare module 'cbor-x/index-no-eval' {
  interface Encoder {
    useBuffer(buffer: Uint8Array): void
  }
}

/**
 * All encoders of cbor-x write into one buffer, which it keeps, and return views of it. So each message gets a buffer
 * with room for all of it, which is then taken away again: nothing of one message stays behind for the next to meet.
 */
function written(value: unknown, room: number): Uint8Array {
  const buffer = new ArrayBuffer(room)
  const encoder = new Encoder(encoding)
  encoder.useBuffer(Object.assign(new Uint8Array(buffer), { utf8Write }))
  const encoded = encoder.encode(value)
  if (encoded.buffer !== buffer || encoded.byteOffset !== 0) throw new Error('cbor-x wrote to another buffer')
  return new Uint8Array(buffer.transfer(encoded.length))
}

const utf8Encoder = new TextEncoder()

/** Where there is a global Buffer, cbor-x takes it for granted that it writes into one, and calls this method of it. */
function utf8Write(this: Uint8Array, text: string, at: number): number {
  return utf8Encoder.encodeInto(text, this.subarray(at)).written
}

/** Two bytes, c7 00, that nothing of the profile begins with: cbor-x cannot write simple(59), also of two bytes. */
const placeholder = new CborXTag(0, 7)

function placeSimples(bytes: Uint8Array): void {
  let at = 0
  while (at < bytes.length) {
    if (bytes[at] === 0xc7) bytes.set([0xf8, redacted.value], at)
    at = afterHead(bytes, at)
  }
}

/** Where the next head is: after this one, and after its content if that is a string. */
function afterHead(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  const width = (first & 0x1f) < 24 ? 0 : 1 << ((first & 0x1f) - 24)
  const end = at + 1 + width
  const major = first >> 5
  if (major !== 2 && major !== 3) return end
  let length = width === 0 ? first & 0x1f : 0
  for (let i = at + 1; i < end; i++) length = length * 0x100 + (bytes[i] ?? 0)
  return end + length
}

function refuse(what: string): never {
  throw new Rejected('malformed-cbor', what)
}
