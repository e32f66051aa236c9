/** Opening brings the tables up to date, and refuses with clear words what it must not open. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/database/open.ts'
import { eachDatabase } from '../support/databases.ts'

eachDatabase('open', ({ open, fresh, bare }) => {
  test('makes the tables at the first opening, and keeps them and their rows at the next', async () => {
    const source = await bare()
    const first = await openDatabase(source)
    const names = (await first.introspection.getTables()).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['ledger_head', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint']),
    )
    const [root, last] = [new Uint8Array(32), new Uint8Array(32)]
    const head = {
      origin: 'est.example/ledger',
      descriptor: new Uint8Array(1),
      size: 0,
      root,
      last,
      fence: 3,
      seal: null,
    }
    await first.insertInto('ledger_head').values(head).execute()
    await first.destroy()
    const second = await open(source)
    expect(await second.selectFrom('ledger_head').selectAll().execute()).toEqual([{ one: true, ...head }])
  })

  test('two openings at once do not make the tables twice', async () => {
    const source = await bare()
    if (source.kind === 'embedded') return
    await Promise.all([open(source), open(source), open(source)])
  })

  test('a database of a newer program is refused', async () => {
    const source = await fresh()
    const database = await openDatabase(source)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`.execute(database)
    await database.destroy()
    const refusal = {
      name: 'DatabaseRefused',
      why: 'newer',
      message: expect.stringContaining('9999-later') as string,
    }
    await expect(openDatabase(source)).rejects.toMatchObject(refusal)
    // Refused, it is closed again: the same words the second time.
    await expect(openDatabase(source)).rejects.toMatchObject(refusal)
  })
})

test('a server that is not there is named without the password', async () => {
  const url = 'postgres://pouch:very-secret@127.0.0.1:1/pouch'
  const error = await openDatabase({ kind: 'postgresql', url }).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'DatabaseRefused', why: 'unreachable' })
  expect(String(error)).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)')
  expect(String(error)).not.toContain('very-secret')
})
