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

/** The type `bytea[]` (pg_type.dat), and of its elements. */
export const byteaArrayType = 1001
const byteaType = 17

/** A value of it in binary, as both databases read it (`array_recv`). */
export class ByteaArray {
  readonly bytes: Uint8Array

  constructor(values: readonly Uint8Array[]) {
    const dimensions = values.length === 0 ? [] : [values.length, 1]
    const head = [dimensions.length / 2, 0, byteaType, ...dimensions].map(int32)
    this.bytes = concat(...head, ...values.flatMap((value) => [int32(value.length), value]))
  }
}

function int32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value])
}

// One array for a column of many rows: the statement is the same for any number of them.

export function byteaColumn(values: readonly Uint8Array[]): RawBuilder<Uint8Array[]> {
  return sql`${new ByteaArray(values)}::bytea[]`
}

export function bigintColumn(values: readonly number[]): RawBuilder<number[]> {
  return sql`${`{${values.join(',')}}`}::bigint[]`
}

export function textColumn(values: readonly string[]): RawBuilder<string[]> {
  return sql`${`{${values.map((value) => `"${value.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`}::text[]`
}

export function booleanColumn(values: readonly boolean[]): RawBuilder<boolean[]> {
  return sql`${`{${values.join(',')}}`}::boolean[]`
}
