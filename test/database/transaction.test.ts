/** A transaction commits whole, on the connection that it began on, or not at all; whoever is told that it committed may rely on it. */
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/database/open.ts'
import { eachDatabase } from '../support/databases.ts'

eachDatabase('transaction', ({ open, kind }) => {
  let database: Database

  beforeAll(async () => {
    database = await open()
    await sql`create table sample (name text primary key)`.execute(database)
  })

  const names = async (): Promise<readonly unknown[]> => {
    const { rows } = await sql<{ name: string }>`select name from sample order by name`.execute(database)
    return rows.map(({ name }) => name)
  }
  const insert = (name: string) => sql`insert into sample values (${name})`

  test('commits when its function ends, and gives its result', async () => {
    const result = await database.transaction().execute(async (tx) => {
      await insert('a').execute(tx)
      return 'done'
    })
    expect(result).toBe('done')
    expect(await names()).toContain('a')
  })

  test('rolls back when its function throws', async () => {
    const thrown = new Error('no')
    const work = database.transaction().execute(async (tx) => {
      await insert('b').execute(tx)
      throw thrown
    })
    await expect(work).rejects.toBe(thrown)
    expect(await names()).not.toContain('b')
  })

  test('fails when a statement in it failed, even if its function caught the error', async () => {
    const work = database.transaction().execute(async (tx) => {
      await insert('c').execute(tx)
      await insert('c')
        .execute(tx)
        .catch(() => undefined)
    })
    await expect(work).rejects.toThrow('rolled back instead of committed')
    expect(await names()).not.toContain('c')
  })

  test('isolation level and access mode are set', async () => {
    const builder = database.transaction().setIsolationLevel('serializable').setAccessMode('read only')
    await expect(builder.execute((tx) => insert('d').execute(tx))).rejects.toThrow('read-only')
    const level = await builder.execute((tx) =>
      sql<{ transaction_isolation: string }>`show transaction_isolation`.execute(tx),
    )
    expect(level.rows[0]?.transaction_isolation).toBe('serializable')
  })

  test('many at once do not mix', async () => {
    const one = (i: number) =>
      database.transaction().execute(async (tx) => {
        await insert(`many-${i}`).execute(tx)
        if (i % 3 === 0) throw new Error('every third')
      })
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => one(i)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
    expect((await names()).filter((name) => String(name).startsWith('many-'))).toHaveLength(20)
  })

  test.runIf(kind === 'postgresql')(
    'a connection lost between two statements ends it, and nothing of it stays',
    async () => {
      const killed = database.transaction().execute(async (tx) => {
        await insert('lost-1').execute(tx)
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
        await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database)
        await new Promise((resolve) => setTimeout(resolve, 50))
        // On another connection this would commit by itself.
        await insert('lost-2')
          .execute(tx)
          .catch(() => undefined)
        await insert('lost-3').execute(tx)
      })
      await expect(killed).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' })
      expect((await names()).filter((name) => String(name).startsWith('lost'))).toEqual([])
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          database.transaction().execute((tx) => insert(`after-${i}`).execute(tx)),
        ),
      )
      expect((await names()).filter((name) => String(name).startsWith('after'))).toHaveLength(20)
    },
  )
})
