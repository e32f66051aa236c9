/** Whoever can change the tables, and has no key, cannot make a row pass for another event's: it is found by name. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { discloseField } from '../../protocol/ledger/disclosure.ts'
import { idempotencyOf } from '../../protocol/ledger/idempotency.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import type { Database } from '../../src/database/open.ts'
import { readEntries, type StoredEntry } from '../../src/ledger/entries-table.ts'
import { keptOf } from '../../src/ledger/row-proof.ts'
import type { Sequencer } from '../../src/ledger/sequencer.ts'
import { eachDatabase } from '../support/databases.ts'
import { signer } from '../support/ledger.ts'
import { eventOf, openTestSequencer } from '../support/sequenced.ts'

interface Planted {
  readonly name: string
  /** The tree itself is damaged: nothing more is entered in it. */
  readonly stops?: true
  readonly plant: (database: Database, rows: Rows) => Promise<void>
}

interface Rows {
  readonly a: StoredEntry & { readonly record: Uint8Array; readonly secret: Uint8Array }
  readonly b: StoredEntry & { readonly record: Uint8Array; readonly secret: Uint8Array }
}

const change = async (database: Database, index: number, row: Partial<StoredEntry>): Promise<void> => {
  await database.updateTable('ledger_entry').set(row).where('index', '=', index).execute()
}
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte))

const planted: readonly Planted[] = [
  {
    name: 'key and fingerprint of another row',
    plant: async (database, { a, b }) => {
      await change(database, a.index, { key: 'moved away' })
      await change(database, b.index, { key: a.key, fingerprint: a.fingerprint })
    },
  },
  {
    name: 'the whole record of another row',
    plant: (database, { a, b }) => change(database, a.index, { record: b.record, secret: b.secret }),
  },
  {
    name: 'leaf and record of another row',
    stops: true,
    plant: (database, { a, b }) =>
      change(database, a.index, { leaf: b.leaf, record: b.record, secret: b.secret }),
  },
  {
    name: 'another fingerprint, so that the event would pass for a reuse',
    plant: (database, { a, b }) => change(database, a.index, { fingerprint: b.fingerprint }),
  },
  {
    name: 'one bit of the record',
    plant: (database, { a }) => change(database, a.index, { record: flipped(a.record, -1) }),
  },
  {
    name: 'one bit of its key',
    plant: (database, { a }) => change(database, a.index, { secret: flipped(a.secret, 0) }),
  },
  {
    name: 'one bit of the leaf',
    stops: true,
    plant: (database, { a }) => change(database, a.index, { leaf: flipped(a.leaf, -1) }),
  },
  {
    name: 'one bit of the link in the leaf',
    stops: true,
    plant: (database, { a }) => change(database, a.index, { leaf: flipped(a.leaf, 5) }),
  },
  {
    name: 'its record taken away and nothing kept',
    plant: (database, { a }) => change(database, a.index, { record: null, secret: null }),
  },
  {
    name: 'its record taken away and another field kept',
    plant: (database, { a }) => {
      const kept = discloseField(parseRecord(a.record), a.secret, 'at')
      return change(database, a.index, { record: null, secret: null, kept })
    },
  },
  {
    name: 'its record taken away and what another row keeps',
    plant: (database, { a, b }) =>
      change(database, a.index, { record: null, secret: null, kept: keptOf(b.record, b.secret) }),
  },
]

eachDatabase('a stored row', ({ open }) => {
  test.each(planted)('with $name answers nobody', async ({ plant, stops }) => {
    const { database, sequencer, rows } = await entered()
    await plant(database, rows)
    const { index } = await rowOf(database, 'a')
    const detail = expect.stringContaining(`entry ${index}`) as string
    const named = { code: 'broken-chain', detail }
    await expect(sequencer.find('a')).rejects.toMatchObject(named)
    const [a, c] = await Promise.allSettled([sequencer.push(eventOf('a')), sequencer.push(eventOf('c'))])
    const unavailable = { code: 'unavailable', cause: { code: 'broken-chain' } }
    expect(a).toMatchObject({ status: 'rejected', reason: stops ? unavailable : named })
    if (stops) expect(c).toMatchObject({ status: 'rejected', reason: unavailable })
    else expect(c).toMatchObject({ status: 'fulfilled', value: { index: 3, repeated: false } })
  })

  test('binds its record to its key and fingerprint', async () => {
    const { rows } = await entered()
    expect(parseRecord(rows.a.record).idempotency).toEqual(idempotencyOf('a', rows.a.fingerprint))
  })

  test('whose record is shredded still proves which event it is of, and shows no more', async () => {
    const { database, sequencer, rows } = await entered()
    const { record, secret, index, leaf } = rows.a
    await change(database, index, { record: null, secret: null, kept: keptOf(record, secret) })
    const again = await sequencer.push(eventOf('a'))
    expect(again).toMatchObject({ index, leaf, repeated: true })
    const { disclosed } = verifyReceipt(again.receipt, signer.keys, { leaf, index })
    expect([...disclosed]).toEqual([['idempotency', idempotencyOf('a', rows.a.fingerprint)]])
    await expect(sequencer.push(eventOf('a', [], 'other'))).rejects.toMatchObject({ code: 'reused-id' })
  })

  test('under signatures that are not of this ledger answers nobody', async () => {
    const { database, sequencer } = await entered()
    await sequencer.close()
    await sql`update ledger_checkpoint set signatures = overlay(signatures placing '\\x00000000'::bytea from 60)`.execute(
      database,
    )
    await expect(sequencer.find('a')).rejects.toMatchObject({ code: 'broken-chain' })
  })

  async function entered(): Promise<{ database: Database; sequencer: Sequencer; rows: Rows }> {
    const database = await open()
    const sequencer = await openTestSequencer(database)
    for (const key of ['a', 'b']) await sequencer.push(eventOf(key))
    return { database, sequencer, rows: { a: await rowOf(database, 'a'), b: await rowOf(database, 'b') } }
  }
})

async function rowOf(database: Database, key: string): Promise<Rows['a']> {
  const rows = await readEntries(database, { start: 0, end: 100 })
  const row = rows.find((each) => each.key === key)
  if (row === undefined) throw new Error(`no row of ${key}`)
  const { record, secret } = row
  return { ...row, record: record ?? new Uint8Array(0), secret: secret ?? new Uint8Array(0) }
}
