/**
 * Answers for CBOR that others wrote, such as foreign status lists: well-formed RFC 8949 in any spelling, bounded, and
 * only to be read. Nothing of ours goes this way: what is signed or hashed by this profile passes the gate in cbor.ts.
 */
import { concat, fromUtf8 } from './bytes.ts'
import { Rejected } from './errors.ts'
import { type Limits, profile } from './scan.ts'

/** `undefined` is CBOR's undefined; simple values without a meaning come as `Unassigned`. Integers beyond ±(2^53 - 1) are bigint. */
export type ForeignValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | Unassigned
  | ForeignTag
  | readonly ForeignValue[]
  | ReadonlyMap<ForeignValue, ForeignValue>

export class Unassigned {
  readonly simple: number
  constructor(simple: number) {
    this.simple = simple
  }
}

export class ForeignTag {
  readonly tag: number | bigint
  readonly value: ForeignValue
  constructor(tag: number | bigint, value: ForeignValue) {
    this.tag = tag
    this.value = value
  }
}

interface Walk {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly limits: Limits
  at: number
  items: number
}

interface Head {
  readonly major: number
  readonly information: number
  /** `undefined` for an indefinite length. */
  readonly argument: number | bigint | undefined
}

/** One item and nothing after it. A key that comes twice has two meanings, so it is refused here too. */
export function decodeLenient(bytes: Uint8Array, limits: Limits = profile): ForeignValue {
  if (bytes.length > limits.bytes) throw new Rejected('too-large', `${bytes.length} bytes of foreign CBOR`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const walk: Walk = { bytes, view, limits, at: 0, items: 0 }
  const value = item(walk, 0)
  return walk.at === bytes.length ? value : refuse(walk, 'bytes left over')
}

function item(walk: Walk, depth: number): ForeignValue {
  if (++walk.items > walk.limits.items)
    throw new Rejected('too-large', `more than ${walk.limits.items} items`)
  if (depth > walk.limits.depth) refuse(walk, `deeper than ${walk.limits.depth}`)
  const { major, information, argument } = head(walk)
  switch (major) {
    case 2:
      return string(walk, 2, argument)
    case 3:
      return text(walk, string(walk, 3, argument))
    case 4:
      return array(walk, argument, depth + 1)
    case 5:
      return map(walk, argument, depth + 1)
    case 7:
      return float(walk, information, argument)
  }
  if (argument === undefined) return refuse(walk, 'indefinite length')
  if (major === 6) return new ForeignTag(argument, item(walk, depth + 1))
  return major === 0 ? argument : negative(argument)
}

function head(walk: Walk): Head {
  const first = byte(walk)
  const major = first >> 5
  const information = first & 0x1f
  if (information < 24) return { major, information, argument: information }
  if (information === 31) return { major, information, argument: undefined }
  if (information > 27) return refuse(walk, 'reserved length')
  const at = walk.at
  take(walk, 1 << (information - 24))
  if (information === 24) return { major, information, argument: walk.view.getUint8(at) }
  if (information === 25) return { major, information, argument: walk.view.getUint16(at) }
  if (information === 26) return { major, information, argument: walk.view.getUint32(at) }
  return { major, information, argument: narrowed(walk.view.getBigUint64(at)) }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function negative(argument: number | bigint): number | bigint {
  return typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER
    ? -1 - argument
    : narrowed(-1n - BigInt(argument))
}

function byte(walk: Walk): number {
  return walk.bytes[walk.at++] ?? refuse(walk, 'truncated')
}

/** The next bytes, in place. */
function take(walk: Walk, length: number | bigint): Uint8Array {
  if (length > walk.bytes.length - walk.at) return refuse(walk, 'truncated')
  const start = walk.at
  walk.at += Number(length)
  return walk.bytes.subarray(start, walk.at)
}

function string(walk: Walk, major: number, length: number | bigint | undefined): Uint8Array {
  if (length !== undefined) return take(walk, length).slice()
  const chunks: Uint8Array[] = []
  while (!ended(walk)) {
    if (++walk.items > walk.limits.items)
      throw new Rejected('too-large', `more than ${walk.limits.items} items`)
    const chunk = head(walk)
    if (chunk.major !== major || chunk.argument === undefined) refuse(walk, 'chunk of another kind')
    else chunks.push(chunkOf(walk, major, chunk.argument))
  }
  return concat(...chunks)
}

/** Each chunk of a text is a text. */
function chunkOf(walk: Walk, major: number, length: number | bigint): Uint8Array {
  const chunk = take(walk, length)
  if (major === 3) text(walk, chunk)
  return chunk
}

function text(walk: Walk, bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch (cause) {
    throw new Rejected('malformed-cbor', `text is not UTF-8, before byte ${walk.at}`, { cause })
  }
}

function array(walk: Walk, length: number | bigint | undefined, depth: number): readonly ForeignValue[] {
  const values: ForeignValue[] = []
  while (length === undefined ? !ended(walk) : values.length < length) values.push(item(walk, depth))
  return values
}

function map(
  walk: Walk,
  size: number | bigint | undefined,
  depth: number,
): ReadonlyMap<ForeignValue, ForeignValue> {
  const values = new Map<ForeignValue, ForeignValue>()
  while (size === undefined ? !ended(walk) : values.size < size) {
    const key = item(walk, depth)
    if (values.has(key)) refuse(walk, 'map key repeated')
    values.set(key, item(walk, depth))
  }
  return values
}

/** Whether the break comes next; if so, it is passed. */
function ended(walk: Walk): boolean {
  if (walk.bytes[walk.at] !== 0xff) return false
  walk.at++
  return true
}

function float(walk: Walk, information: number, argument: number | bigint | undefined): ForeignValue {
  switch (information) {
    case 25:
      return half(walk.view.getUint16(walk.at - 2))
    case 26:
      return walk.view.getFloat32(walk.at - 4)
    case 27:
      return walk.view.getFloat64(walk.at - 8)
  }
  const simple = Number(argument ?? refuse(walk, 'break outside of an indefinite length'))
  if (information === 24 && simple < 32) refuse(walk, 'simple value in two bytes')
  if (simple === 20 || simple === 21) return simple === 21
  if (simple === 22) return null
  return simple === 23 ? undefined : new Unassigned(simple)
}

/** RFC 8949 appendix D. */
function half(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (0x400 + fraction) * 2 ** (exponent - 25)
}

function refuse(walk: Walk, what: string): never {
  throw new Rejected('malformed-cbor', `${what}, at byte ${walk.at}`)
}
