/** What goes into a database comes out of it, the same on both. */
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { isPassing } from '../../src/database/failure.ts'
import type { Database } from '../../src/database/open.ts'
import { bigintColumn, byteaColumn, textColumn } from '../../src/database/values.ts'
import { eachDatabase } from '../support/databases.ts'

eachDatabase('values', ({ open }) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
    await sql`create table sample (id bigint primary key, bytes bytea, document jsonb, name text constraint sample_name check (name <> ''))`.execute(
      database,
    )
  })

  const roundTrip = async (expression: ReturnType<typeof sql>): Promise<unknown> => {
    const { rows } = await sql<{ value: unknown }>`select ${expression} as value`.execute(database)
    return rows[0]?.value
  }

  test.each([0, 1, 255, 8191, 300_000])('%i bytes are the same Uint8Array', async (length) => {
    const bytes = new Uint8Array(length).map((_, i) => (i * 7) % 256)
    const back = await roundTrip(sql`${bytes}::bytea`)
    expect(back).toStrictEqual(bytes)
    expect(Buffer.isBuffer(back)).toBe(false)
  })

  // A driver may learn of a statement's types by its first answer, and write the next one in another format.
  test('bytes beside other values are the same the first time and again', async () => {
    const row = {
      none: null,
      empty: new Uint8Array(0),
      id: 7,
      bytes: new Uint8Array([0, 255, 92, 120]),
      name: '\\x00',
    }
    const ask = sql`select ${null}::bytea as none, ${row.empty}::bytea as empty, ${row.id}::bigint as id,
      ${row.bytes}::bytea as bytes, ${row.name}::text as name`
    await database.transaction().execute(async (tx) => {
      for (let time = 0; time < 3; time++) {
        const { rows } = await ask.execute(tx)
        expect(rows).toStrictEqual([row])
        for (const each of Object.values(rows[0] ?? {})) expect(Buffer.isBuffer(each)).toBe(false)
      }
    })
  })

  test('bytes that are a view of a larger buffer', async () => {
    const view = new Uint8Array(100).fill(9).subarray(10, 20)
    expect(await roundTrip(sql`${view}::bytea`)).toStrictEqual(new Uint8Array(10).fill(9))
    expect(await roundTrip(sql`${Buffer.from('pouch')}::bytea`)).toStrictEqual(
      new Uint8Array(Buffer.from('pouch')),
    )
  })

  test('a bigint is a number up to 2^53, and an error beyond', async () => {
    expect(await roundTrip(sql`${Number.MAX_SAFE_INTEGER}::bigint`)).toBe(Number.MAX_SAFE_INTEGER)
    expect(await roundTrip(sql`count(*)`)).toBe(1)
    await expect(roundTrip(sql`9007199254740993::bigint`)).rejects.toThrow('beyond 2^53')
  })

  test('jsonb takes and gives objects', async () => {
    const document = { marking: 'NATO SECRET', compartments: ['A', 'B'], none: null, nested: { at: 5 } }
    expect(await roundTrip(sql`${document}::jsonb`)).toStrictEqual(document)
    expect(await roundTrip(sql`${document}::jsonb ->> 'marking'`)).toBe('NATO SECRET')
  })

  test('null, booleans and text', async () => {
    expect(await roundTrip(sql`${null}::bytea`)).toBeNull()
    expect(await roundTrip(sql`${true}::boolean`)).toBe(true)
    expect(await roundTrip(sql`${'Ävä "{,}\\ 信'}::text`)).toBe('Ävä "{,}\\ 信')
  })

  test('columns of many rows', async () => {
    const names = ['', 'plain', '"quoted"', 'back\\slash', '{a,b}', 'null', 'Ä信']
    const bytes = names.map((_, i) => new Uint8Array(i * 3).fill(i))
    const { rows } =
      await sql`select * from unnest(${bigintColumn(names.map((_, i) => i))}, ${textColumn(names)}, ${byteaColumn(bytes)}) as t (id, name, bytes)`.execute(
        database,
      )
    expect(rows).toStrictEqual(names.map((name, id) => ({ id, name, bytes: bytes[id] })))
    expect(await roundTrip(sql`cardinality(${byteaColumn([])})`)).toBe(0)
  })

  test('changed rows are counted', async () => {
    await sql`insert into sample (id) values (1), (2)`.execute(database)
    const { numAffectedRows } = await sql`update sample set name = 'x' where id < 3`.execute(database)
    expect(numAffectedRows).toBe(2n)
    expect((await sql`select 1`.execute(database)).numAffectedRows).toBeUndefined()
  })

  describe('a refused statement', () => {
    const failure = (statement: ReturnType<typeof sql>): Promise<unknown> =>
      statement.execute(database).then(
        () => undefined,
        (error: unknown) => error,
      )

    test.each([
      ['unique', sql`insert into sample (id) values (7), (7)`, 'sample_pkey'],
      ['check', sql`insert into sample (id, name) values (8, '')`, 'sample_name'],
    ])('names its %s constraint', async (_, statement, constraint) => {
      const error = await failure(statement)
      expect(String(error)).toContain(constraint)
      expect(isPassing(error)).toBe(false)
    })

    test('of wrong grammar or value is its own fault', async () => {
      for (const statement of [
        sql`selec 1`,
        sql`select 1 / 0`,
        sql`select ${'x'}::bigint`,
        sql`select * from nowhere`,
      ]) {
        const error = await failure(statement)
        expect(isPassing(error)).toBe(false)
      }
    })
  })
})
