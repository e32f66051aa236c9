/** Answers for the bytes of CBOR that is being written: heads, integers, texts and byte strings, into one growing array. */
import { copyInto, utf8 } from './bytes.ts'
import { Rejected } from './errors.ts'
import type { Limits } from './scan.ts'

export interface Output {
  bytes: Uint8Array
  length: number
  readonly limits: Limits
}

export function integer(value: number | bigint): Uint8Array {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || Object.is(value, -0))
    refuse('number that is not an integer within ±(2^53 - 1)')
  return number < 0 ? head(1, -1 - number) : head(0, number)
}

export function text(value: string): Uint8Array {
  return value.isWellFormed() ? utf8(value) : refuse('text with a lone surrogate')
}

export function putInteger(output: Output, value: number | bigint): void {
  if (typeof value === 'number' && value > 0 && Number.isSafeInteger(value)) putHead(output, 0, value)
  else add(output, integer(value))
}

export function putBytes(output: Output, bytes: Uint8Array): void {
  putHead(output, 2, bytes.length)
  add(output, bytes)
}

export function putText(output: Output, value: string): void {
  if (putAscii(output, value)) return
  const bytes = text(value)
  putHead(output, 3, bytes.length)
  add(output, bytes)
}

/** Most texts are short and of ASCII; whatever else it is, it is left to `text`. */
function putAscii(output: Output, value: string): boolean {
  if (value.length > 128) return false
  const start = output.length
  putHead(output, 3, value.length)
  makeRoom(output, value.length)
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code > 0x7f) {
      output.length = start
      return false
    }
    output.bytes[output.length++] = code
  }
  return true
}

/** A head without an array of its own, where it is short. */
export function putHead(output: Output, major: number, argument: number): void {
  makeRoom(output, 2)
  if (argument >= 0x100) add(output, head(major, argument))
  else if (argument < 24) output.bytes[output.length++] = (major << 5) | argument
  else {
    output.bytes[output.length++] = (major << 5) | 24
    output.bytes[output.length++] = argument
  }
}

export function add(output: Output, part: Uint8Array): void {
  makeRoom(output, part.length)
  copyInto(output.bytes, part, output.length)
  output.length += part.length
}

function makeRoom(output: Output, length: number): void {
  const end = output.length + length
  if (end > output.limits.bytes)
    throw new Rejected('too-large', `more than ${output.limits.bytes} bytes of CBOR`)
  if (end <= output.bytes.length) return
  const larger = new Uint8Array(2 * end)
  larger.set(output.bytes.subarray(0, output.length))
  output.bytes = larger
}

export function head(major: number, argument: number): Uint8Array {
  const first = major << 5
  if (argument < 24) return Uint8Array.of(first | argument)
  if (argument < 0x100) return Uint8Array.of(first | 24, argument)
  if (argument < 0x1_0000) return Uint8Array.of(first | 25, argument >> 8, argument & 0xff)
  const width = argument < 0x1_0000_0000 ? 4 : 8
  const bytes = new Uint8Array(1 + width)
  bytes[0] = first | (width === 4 ? 26 : 27)
  for (let i = width, rest = argument; i > 0; i--, rest = Math.floor(rest / 0x100)) bytes[i] = rest % 0x100
  return bytes
}

export function refuse(what: string): never {
  throw new Rejected('malformed-cbor', what)
}
