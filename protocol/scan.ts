/**
 * Answers for deterministic CBOR (RFC 8949 §4.2.1): walks the bytes once, copies nothing, builds nothing, and only
 * ever says no. What it lets pass has one meaning and one spelling, whichever decoder reads it.
 */
import { precedes } from './bytes.ts'
import { Rejected } from './errors.ts'

export interface Limits {
  readonly bytes: number
  /** Arrays, maps and tags inside one another. */
  readonly depth: number
  /** Data items of every kind; keys, tags and the outermost item count too. */
  readonly items: number
  readonly tags: readonly number[]
}

/** COSE_Encrypt0, COSE_Sign1, SD-CWT's redacted element, COSE_Encrypt, COSE_Sign. */
export const profile: Limits = {
  bytes: 8 * 1024 * 1024,
  depth: 16,
  items: 65_536,
  tags: [16, 18, 60, 96, 98],
}

interface Walk {
  readonly bytes: Uint8Array
  readonly limits: Limits
  at: number
  items: number
}

/** Exactly one item of the profile, and nothing after it. */
export function scan(bytes: Uint8Array, limits: Limits): void {
  const walk = begin(bytes, limits)
  item(walk, 0)
  conclude(walk)
}

/** The entries of a map, each its key and its value side by side, where they lie. Refuses what `scan` refuses. */
export function mapEntries(bytes: Uint8Array, limits: Limits = profile): readonly Uint8Array[] {
  return within(bytes, limits, { major: 5, named: 'a map', walkThrough: map })
}

/** The items of an array, where they lie. Refuses what `scan` refuses. */
export function arrayItems(bytes: Uint8Array, limits: Limits = profile): readonly Uint8Array[] {
  return within(bytes, limits, { major: 4, named: 'an array', walkThrough: array })
}

interface Outermost {
  readonly major: number
  readonly named: string
  readonly walkThrough: typeof array
}

function within(bytes: Uint8Array, limits: Limits, outermost: Outermost): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  const walk = begin(bytes, limits)
  if (majorOf(walk) !== outermost.major) return notThat(bytes, limits, `${outermost.named} expected`)
  walk.items += 1
  const length = shortest(walk, next(walk) & 0x1f)
  outermost.walkThrough(walk, length, 1, (start) => pieces.push(bytes.subarray(start, walk.at)))
  conclude(walk)
  return pieces
}

function begin(bytes: Uint8Array, limits: Limits): Walk {
  if (bytes.length > limits.bytes) throw new Rejected('too-large', `${bytes.length} bytes of CBOR`)
  return { bytes, limits, at: 0, items: 0 }
}

function conclude(walk: Walk): void {
  if (walk.at !== walk.bytes.length) refuse(walk, 'bytes left over')
}

function majorOf({ bytes, at }: Walk): number | undefined {
  const first = bytes[at]
  return first === undefined ? undefined : first >> 5
}

function notThat(bytes: Uint8Array, limits: Limits, what: string): never {
  scan(bytes, limits)
  return refuse(begin(bytes, limits), what)
}

function item(walk: Walk, depth: number): void {
  if (++walk.items > walk.limits.items)
    throw new Rejected('too-large', `more than ${walk.limits.items} items`)
  const first = next(walk)
  const major = first >> 5
  if (major === 7) simple(walk, first)
  else content(walk, major, shortest(walk, first & 0x1f), depth)
}

function content(walk: Walk, major: number, argument: number, depth: number): void {
  if (major === 1 && argument === Number.MAX_SAFE_INTEGER) refuse(walk, 'integer beyond ±(2^53 - 1)')
  if (major === 2) skip(walk, argument)
  if (major === 3) text(walk, argument)
  if (major < 4) return
  if (depth >= walk.limits.depth) refuse(walk, `deeper than ${walk.limits.depth}`)
  if (major === 4) array(walk, argument, depth + 1)
  if (major === 5) map(walk, argument, depth + 1)
  if (major < 6) return
  if (!walk.limits.tags.includes(argument)) refuse(walk, 'tag not of the profile')
  item(walk, depth + 1)
}

/** An argument in its shortest form; indefinite lengths have none. */
function shortest(walk: Walk, information: number): number {
  if (information < 24) return information
  switch (information) {
    case 24:
      return atLeast(walk, 24, next(walk))
    case 25:
      return atLeast(walk, 0x100, big(walk, 2))
    case 26:
      return atLeast(walk, 0x1_0000, big(walk, 4))
    case 27:
      return safe(walk, atLeast(walk, 0x1_0000_0000, big(walk, 8)))
    default:
      return refuse(walk, information === 31 ? 'indefinite length' : 'reserved length')
  }
}

function atLeast(walk: Walk, least: number, argument: number): number {
  return argument >= least ? argument : refuse(walk, 'not the shortest form')
}

function safe(walk: Walk, argument: number): number {
  // Beyond 2^53 the sum of `big` is rounded, but never below 2^53.
  return argument <= Number.MAX_SAFE_INTEGER ? argument : refuse(walk, 'integer beyond ±(2^53 - 1)')
}

function big(walk: Walk, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 0x100 + next(walk)
  return value
}

function next(walk: Walk): number {
  return walk.bytes[walk.at++] ?? refuse(walk, 'truncated')
}

function skip(walk: Walk, length: number): void {
  if (length > walk.bytes.length - walk.at) refuse(walk, 'truncated')
  walk.at += length
}

function text(walk: Walk, length: number): void {
  const start = walk.at
  skip(walk, length)
  const { bytes, at: end } = walk
  // cbor-x, as any TextDecoder by default, would drop it from a long text without a word.
  if (length >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) {
    refuse(walk, 'text begins with a byte order mark')
  }
  if (!isUtf8(bytes, start, end)) refuse(walk, 'text is not UTF-8')
}

/** The Unicode standard's table 3-7 of well-formed sequences. */
function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end) {
    const first = bytes[at++] ?? 0
    if (first < 0x80) continue
    const more =
      first >= 0xc2 && first <= 0xdf ? 1 : first >> 4 === 0xe ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0
    if (more === 0 || at + more > end) return false
    const second = bytes[at++] ?? 0
    const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
    const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
    if (second < least || second > most) return false
    for (let i = 1; i < more; i++) if ((bytes[at++] ?? 0) >> 6 !== 2) return false
  }
  return true
}

function array(walk: Walk, length: number, depth: number, passed?: (start: number) => void): void {
  if (length > walk.bytes.length - walk.at) refuse(walk, 'truncated')
  for (let i = 0; i < length; i++) {
    const start = walk.at
    item(walk, depth)
    passed?.(start)
  }
}

/** Each key sorts bytewise after the one before it, so that none comes twice. */
function map(walk: Walk, size: number, depth: number, passed?: (start: number) => void): void {
  if (2 * size > walk.bytes.length - walk.at) refuse(walk, 'truncated')
  let [before, end] = [walk.at, walk.at]
  for (let i = 0; i < size; i++) {
    const start = walk.at
    key(walk, depth)
    if (i > 0 && !precedes(walk.bytes, before, end, start, walk.at))
      refuse(walk, 'map keys unsorted or repeated', start)
    before = start
    end = walk.at
    item(walk, depth)
    passed?.(start)
  }
}

/** Integers, texts and simple(59): JavaScript compares other keys by identity, so that no reader would find them. */
function key(walk: Walk, depth: number): void {
  const first = walk.bytes[walk.at] ?? refuse(walk, 'truncated')
  const major = first >> 5
  if (major !== 0 && major !== 1 && major !== 3 && first !== 0xf8) refuse(walk, 'map key of another type')
  item(walk, depth)
}

/** false, true, null and, as SD-CWT's mark for redacted claims, simple(59). */
function simple(walk: Walk, first: number): void {
  if (first >= 0xf4 && first <= 0xf6) return
  if (first === 0xf8 && next(walk) === 59) return
  refuse(walk, 'float or simple value not of the profile')
}

function refuse(walk: Walk, what: string, at = walk.at): never {
  throw new Rejected('malformed-cbor', `${what}, at byte ${at}`)
}
