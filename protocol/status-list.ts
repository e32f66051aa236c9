/**
 * Answers for Token Status Lists in CBOR form (draft-ietf-oauth-status-list): one small number for each attestation
 * issued, packed and compressed, read by index; see status-list.md.
 */

import { Inflate, zlibSync } from 'fflate'
import { concat, equal } from './bytes.ts'
import { isAhead } from './clock-skew.ts'
import { bytes, field, mapped, oneOf, optional, record, seconds, text } from './codec.ts'
import { Rejected } from './errors.ts'
import { decodeLenient, type ForeignValue } from './lenient.ts'

/** Registered status types; others are the issuer's own, and none of them means valid. */
export const statuses = { valid: 0, invalid: 1, suspended: 2 } as const

/** How many bits each status takes. */
export type Bits = 1 | 2 | 4 | 8

export interface StatusList {
  readonly bits: Bits
  /** Inflated: the status of index 0 in the lowest bits of the first byte. */
  readonly packed: Uint8Array
}

export interface StatusListClaims {
  readonly uri: string
  readonly issued: number
  readonly expires?: number
  /** How long a verifier may keep the list before it fetches the next. */
  readonly ttlSeconds?: number
  readonly list: StatusList
}

/** Where an attestation says that its status stands. */
export interface StatusReference {
  readonly uri: string
  readonly index: number
}

/** 67 million statuses of one bit. A list that inflates to more is not read to its end. */
const maxPacked = 8 * 1024 * 1024

const listFields = record({
  bits: field('bits', oneOf(1, 2, 4, 8)),
  lst: field('lst', bytes(8, maxPacked)),
})
const list = mapped(
  listFields,
  ({ bits, lst }): StatusList => ({ bits, packed: inflated(lst) }),
  ({ bits, packed }) => ({ bits, lst: zlibSync(packed, { level: 9 }) }),
)

/** The payload of our own status list tokens. */
export const statusListClaims = record({
  uri: field(2, text(1024)),
  issued: field(6, seconds),
  expires: optional(4, seconds),
  ttlSeconds: optional(65534, seconds),
  list: field(65533, list),
})

/** A list of at least `size` entries, in whole bytes: those not given are valid. */
export function packed(bits: Bits, size: number, given: ReadonlyMap<number, number>): StatusList {
  const bytes = new Uint8Array(Math.ceil((size * bits) / 8))
  for (const [index, status] of given) {
    if (!Number.isInteger(status) || status < 0 || status >= 1 << bits)
      throw new RangeError(`status ${status} in ${bits} bits`)
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError(`index ${index} in a list of ${size}`)
    const at = Math.floor((index * bits) / 8)
    bytes[at] = (bytes[at] ?? 0) | (status << ((index * bits) % 8))
  }
  return { bits, packed: bytes }
}

export function statusAt({ bits, packed }: StatusList, index: number): number {
  const byte = Number.isInteger(index) ? packed[Math.floor((index * bits) / 8)] : undefined
  if (byte === undefined) throw new Rejected('status-unknown', `index ${index} is outside of the list`)
  return (byte >> ((index * bits) % 8)) & ((1 << bits) - 1)
}

/** Passes only if the list is the one referred to, of this time, and says valid. The list's signature was checked before. */
export function requireValid(claims: StatusListClaims, { uri, index }: StatusReference, now: number): void {
  if (isAhead(claims.issued, now)) throw new Rejected('status-unknown', 'the list is of the future')
  if (claims.uri !== uri) throw new Rejected('status-unknown', 'the list is another one')
  if (claims.expires !== undefined && claims.expires <= now)
    throw new Rejected('status-unknown', 'the list has expired')
  const status = statusAt(claims.list, index)
  if (status !== statuses.valid) throw new Rejected('status-withdrawn', `status ${status}`)
}

/** The payload of a foreign status list token: CBOR in any spelling, with claims that are none of ours. */
export function readForeignClaims(payload: Uint8Array): StatusListClaims {
  const claims = foreignMap(decodeLenient(payload), 'claims')
  const list = foreignMap(claims.get(65533), 'status_list')
  const uri = claims.get(2)
  const lst = list.get('lst')
  if (typeof uri !== 'string') return misfit('sub')
  if (!(lst instanceof Uint8Array)) return misfit('lst')
  return {
    uri,
    issued: foreignDate(claims.get(6)) ?? misfit('iat'),
    ...present('expires', foreignDate(claims.get(4))),
    ...present('ttlSeconds', foreignDate(claims.get(65534))),
    list: { bits: foreignBits(list.get('bits')), packed: inflated(lst) },
  }
}

function foreignMap(value: ForeignValue, what: string): ReadonlyMap<ForeignValue, ForeignValue> {
  return value instanceof Map ? value : misfit(what)
}

function foreignBits(value: ForeignValue): Bits {
  return value === 1 || value === 2 || value === 4 || value === 8 ? value : misfit('bits')
}

/** NumericDate may have fractions. */
function foreignDate(value: ForeignValue): number | undefined {
  if (value === undefined) return undefined
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? Math.floor(value)
    : misfit('date')
}

function present<const K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, number>)
}

function misfit(what: string): never {
  throw new Rejected('malformed-structure', `status list: ${what}`)
}

/** RFC 1950. fflate has no limit on what comes out and ignores the checksum, so both are seen to here. */
function inflated(zlib: Uint8Array): Uint8Array {
  const header = ((zlib[0] ?? 0) << 8) | (zlib[1] ?? 0)
  // Deflate with a window of at most 32 KiB, and no preset dictionary.
  if (zlib.length < 8 || (header & 0x8f00) !== 0x0800 || header % 31 !== 0 || (header & 0x20) !== 0)
    misfit('zlib header')
  const whole = inflatedInSteps(zlib.subarray(2, -4))
  return equal(adler32(whole), zlib.subarray(-4)) ? whole : misfit('zlib checksum')
}

const stepBytes = 4096 // of input; deflate makes at most 1032 times as much of it

function inflatedInSteps(deflated: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  const inflate = new Inflate((part) => {
    parts.push(part)
    length += part.length
  })
  for (let at = 0; at < deflated.length; at += stepBytes) {
    try {
      inflate.push(deflated.subarray(at, at + stepBytes), at + stepBytes >= deflated.length)
    } catch (cause) {
      throw new Rejected('malformed-structure', 'status list: deflate', { cause })
    }
    if (length > maxPacked) throw new Rejected('too-large', 'status list')
  }
  return concat(...parts)
}

/** RFC 1950 §9, as its four bytes. */
function adler32(bytes: Uint8Array): Uint8Array {
  let low = 1
  let high = 0
  for (let at = 0; at < bytes.length; at += stepBytes) {
    for (const byte of bytes.subarray(at, at + stepBytes)) {
      low += byte
      high += low
    }
    low %= 65521
    high %= 65521
  }
  return Uint8Array.of(high >> 8, high, low >> 8, low)
}
