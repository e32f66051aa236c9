/** Answers for values that cross the database boundary: the same types out of both databases, and columns of many rows in. */
import { type RawBuilder, sql } from 'kysely'
import { concat } from '../../protocol/bytes.ts'

/** `\x…` as PostgreSQL writes it. Never a view of a buffer shared with other values. */
export function parseBytea(text: string): Uint8Array {
  const bytes = Buffer.alloc((text.length - 2) / 2)
  bytes.write(text.slice(2), 'hex')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Numbers within ±2^53, as everywhere; a greater one is our fault, not the peer's. */
export function parseBigint(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint beyond 2^53')
  return value
}

// One array literal for a column of many rows: both drivers pass text on as it is, the statement is the same for any
// number of rows, and bytes become hexadecimal once and fast.

export function byteaColumn(values: readonly Uint8Array[]): RawBuilder<Uint8Array[]> {
  return sql`${`{${values.map((value) => `"\\\\x${hex(value)}"`).join(',')}}`}::bytea[]`
}

/** Large values of many rows in one, and where in it each begins, from 1, and how long it is: `substr` takes them apart. */
export interface Joined {
  readonly bytes: Uint8Array
  readonly starts: readonly number[]
  readonly lengths: readonly number[]
}

/** Of large values an array literal is dear to read, and the embedded database takes plain bytes as they are. */
export function joined(values: readonly Uint8Array[]): Joined {
  const lengths = values.map(({ length }) => length)
  let end = 1
  const starts = lengths.map((length) => (end += length) - length)
  return { bytes: concat(...values), starts, lengths }
}

export function bigintColumn(values: readonly number[]): RawBuilder<number[]> {
  return sql`${`{${values.join(',')}}`}::bigint[]`
}

export function integerColumn(values: readonly number[]): RawBuilder<number[]> {
  return sql`${`{${values.join(',')}}`}::int[]`
}

export function textColumn(values: readonly string[]): RawBuilder<string[]> {
  return sql`${`{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`}::text[]`
}

export function booleanColumn(values: readonly boolean[]): RawBuilder<boolean[]> {
  return sql`${`{${values.join(',')}}`}::boolean[]`
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
