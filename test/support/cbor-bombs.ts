/** Answers for CBOR made to cost its reader more than it cost to send. */
import { concat } from '../../protocol/bytes.ts'
import { profile } from '../../protocol/scan.ts'
import { hex } from './bytes.ts'

const whole = profile.bytes

/** As much of a repeated pattern as one message may hold. */
function full(pattern: string, head = ''): Uint8Array {
  const start = hex(head)
  const unit = hex(pattern)
  const bytes = new Uint8Array(whole)
  for (let at = start.length; at + unit.length <= whole; at += unit.length) bytes.set(unit, at)
  bytes.set(start)
  return bytes
}

/** Sixteen tables of sixteen references each to the next: 278 bytes that stand for 16^15 items. */
function packedTables(): Uint8Array {
  const tables = Array.from({ length: 15 }, (_, i) =>
    Uint8Array.of(0x90, ...Array.from({ length: 16 }, () => 0xe1 + i)),
  )
  return concat(hex('d8338490'), ...tables, hex('00'), hex('8080e0'))
}

/** 2000 keys of 4 KiB that differ only in their last two bytes. */
function longKeys(): Uint8Array {
  const beginning = concat(hex('791000'), new Uint8Array(4094).fill(0x61))
  const key = (i: number) => concat(beginning, Uint8Array.of(0x30 + (i >> 6), 0x30 + (i & 63)), hex('00'))
  return concat(hex('b907d0'), ...Array.from({ length: 2000 }, (_, i) => key(i)))
}

export const bombs: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: 'packed tables (tag 51)', bytes: packedTables() },
  { name: 'a record definition (tag 57343)', bytes: hex('d9dfff8319e00081616101') },
  { name: 'bundled strings (tag 57337)', bytes: hex('d9dff9821affffffff00') },
  { name: 'a value that holds itself (tags 28, 29)', bytes: hex('d81c81d81d00') },
  { name: 'a typed array (tag 72) of 4 GiB', bytes: hex('d8485affffffff') },
  { name: 'a regular expression (tag 27)', bytes: hex('d81b8266526567457870672861612b292b24') },
  { name: 'a bignum of 8 MiB (tag 2)', bytes: full('ff', 'c25a007ffffa') },
  { name: 'a decimal fraction with a huge exponent (tag 4)', bytes: hex('c4821b001fffffffffffff01') },
  ...['5b', '7b', '9b', 'bb'].flatMap((head) =>
    ['00000000ffffffff', '001fffffffffffff', '7fffffffffffffff', 'ffffffffffffffff'].map((length) => ({
      name: `a declared length of ${length} after ${head}`,
      bytes: hex(head + length),
    })),
  ),
  ...['5a', '7a', '9a', 'ba'].map((head) => ({
    name: `a declared length of ffffffff after ${head}`,
    bytes: hex(`${head}ffffffff`),
  })),
  ...['81', '9f', 'bf', 'd2', '5f', 'a100', '9affffffff', 'd833', 'd81c', 'c2'].map((head) => ({
    name: `8 MiB of ${head}`,
    bytes: full(head),
  })),
  { name: '8 million items', bytes: full('00', '9a007ffffb') },
  { name: '8 million empty arrays', bytes: full('80', '9a007ffffb') },
  { name: '4 million entries of one key', bytes: full('00', 'ba003ffffd') },
  { name: 'an array of arrays, each as long as the rest', bytes: full('9a00000fff', '9a00000fff') },
  { name: '8 MiB of text that is none', bytes: full('e282', '7a007ffffb') },
  { name: '8 MiB of text with a bad end', bytes: full('61', '7a007ffffb').with(whole - 1, 0xc3) },
  { name: 'an indefinite text of a million characters', bytes: full('6161', '7f') },
  { name: 'long keys that begin alike', bytes: longKeys() },
  { name: '8 MiB in one byte string, and a byte more', bytes: full('00', '5a007ffffa') },
]
