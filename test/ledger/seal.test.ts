/** Answers for heads that somebody else wrote: with every right in the database and no key, nobody has an entry signed. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { commit, newEntryKey } from '../../protocol/ledger/entry.ts'
import { recordBytes } from '../../protocol/ledger/record.ts'
import { utf8 } from '../../protocol/bytes.ts'
import type { Database } from '../../src/database/open.ts'
import { append } from '../../src/ledger/append.ts'
import { readCheckpoint } from '../../src/ledger/checkpoints-table.ts'
import { readHead } from '../../src/ledger/head-table.ts'
import { extend, loadPosition } from '../../src/ledger/position.ts'
import { eachDatabase } from '../support/databases.ts'
import { fullRecord, signer } from '../support/ledger.ts'
import { eventOf, openTestSequencer } from '../support/sequenced.ts'

const refusal = (detail: RegExp): unknown =>
  expect.objectContaining({ code: 'broken-chain', detail: expect.stringMatching(detail) as string })

/** What whoever knows the program can do without its keys: a whole entry, its tiles, its head and its checkpoint row. */
async function plant(database: Database, seal: Uint8Array | null): Promise<void> {
  const position = await loadPosition(database, signer.keys)
  const secret = newEntryKey()
  const { entries, growth, position: reached } = extend(position, [commit(fullRecord, secret)])
  const record = recordBytes(fullRecord)
  const rows = entries.map(({ leaf }) => {
    return { leaf, record, secret, key: 'planted', fingerprint: new Uint8Array(32) }
  })
  await database.transaction().execute((tx) =>
    append(tx, {
      ...{ from: position.head, to: { ...reached.head, seal }, entries: rows, tiles: growth.full },
      ...{ pairs: [], signed: [], beside: [] },
    }),
  )
}

eachDatabase('a planted entry', ({ open }) => {
  const begun = async (): Promise<Database> => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    for (const key of ['a', 'b', 'c']) await sequencer.push(eventOf(key))
    await sequencer.close()
    return database
  }

  test.each([
    ['no seal', () => null],
    ['the seal of the head before', async (database: Database) => (await readHead(database))?.seal ?? null],
    ['a seal of its own making', () => new Uint8Array(64).fill(1)],
  ])('with %s: no sequencer starts on it, and it is never signed', async (_, sealFor) => {
    const database = await begun()
    await plant(database, await sealFor(database))
    await expect(openTestSequencer(database)).rejects.toEqual(refusal(/^the head at 5 is not sealed/))
    const note = await readCheckpoint(database)
    expect(verifyCheckpoint(utf8(note ?? ''), signer.keys).size).toBe(4)
  })

  test('beneath a sequencer that runs: nothing is entered after it', async () => {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    await sequencer.push(eventOf('a'))
    await plant(database, null)
    await expect(sequencer.push(eventOf('b'))).rejects.toMatchObject({ code: 'unavailable' })
    await sequencer.close()
    expect(verifyCheckpoint(utf8((await readCheckpoint(database)) ?? ''), signer.keys).size).toBe(2)
  })

  test('and another root for what is not signed yet: the root is not signed late', async () => {
    const database = await begun()
    await sql`update ledger_checkpoint set signed = null, note = null, signatures = null,
      root = ${new Uint8Array(32).fill(7)}::bytea where size = 4`.execute(database)
    await expect(openTestSequencer(database)).rejects.toEqual(
      refusal(/^the head at 4 does not continue the root of 4/),
    )
  })

  test('is not what a crash leaves: that has its seal, and is signed at the next start', async () => {
    const database = await begun()
    await sql`update ledger_checkpoint set signed = null, note = null, signatures = null where size = 4`.execute(
      database,
    )
    await (await openTestSequencer(database)).close()
    expect(verifyCheckpoint(utf8((await readCheckpoint(database)) ?? ''), signer.keys).size).toBe(4)
  })

  // Other gateways enter the leaf that a receipt proves: what they have entered must hold whatever a crash takes.
  test('and its receipts are of other bytes then, for the same leaf', async () => {
    const database = await begun()
    const found = async () => {
      const sequencer = await openTestSequencer(database)
      const entered = await sequencer.find('c')
      await sequencer.close()
      return entered
    }
    const before = await found()
    await sql`update ledger_checkpoint set signed = null, note = null, signatures = null where size = 4`.execute(
      database,
    )
    const after = await found()
    expect(after?.leaf).toEqual(before?.leaf)
    expect(after?.receipt).not.toEqual(before?.receipt)
  })
})
