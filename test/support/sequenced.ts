/** Answers for a sequencer in tests: events that differ, rows of a table of their own, and an audit of all from bytes. */
import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { expect } from 'vitest'
import { equal, utf8 } from '../../protocol/bytes.ts'
import { auditEntries, beginAudit, concludeAudit } from '../../protocol/ledger/audit.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { parseRecord } from '../../protocol/ledger/record.ts'
import { verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { tilesOf } from '../../protocol/ledger/tiles.ts'
import type { Database, Transaction } from '../../src/database/open.ts'
import { textColumn } from '../../src/database/values.ts'
import type { Entered } from '../../src/ledger/answer.ts'
import { readCheckpoint } from '../../src/ledger/checkpoints-table.ts'
import { type Effect, effect, rowOf } from '../../src/ledger/effect.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { readDescriptor } from '../../src/ledger/genesis.ts'
import { type NewEvent, openSequencer, type Sequencer } from '../../src/ledger/sequencer.ts'
import { readHashes } from '../../src/ledger/store.ts'
import { signer } from './ledger.ts'

export const now = (): number => 1_790_000_000

export function openTestSequencer(
  database: Database,
  waitingLimit?: number,
  by: LedgerSigner = signer,
): Promise<Sequencer> {
  return openSequencer({
    database,
    signer: by,
    actor: 'EST',
    now,
    ...(waitingLimit !== undefined && { waitingLimit }),
  })
}

export function eventOf(key: string, effects: readonly Effect[] = [], content = key): NewEvent {
  const fingerprint = new Uint8Array(createHash('sha256').update(content).digest())
  const record = { event: 'submission-acceptance', actor: 'EST', at: now(), detail: content } as const
  return { key, fingerprint, record, effects }
}

interface Sample {
  readonly name: string
  readonly parent: string
}

export async function createSamples(database: Database): Promise<void> {
  await sql`create table parent (name text primary key check (name <> 'poison'))`.execute(database)
  await sql`create table child (name text primary key, parent text not null references parent (name))`.execute(
    database,
  )
}

const insertParents = (rows: readonly Pick<Sample, 'name'>[]): RawBuilder<unknown> =>
  sql`insert into parent select * from unnest(${textColumn(rows.map(({ name }) => name))})`
const insertChildren = async (tx: Transaction, rows: readonly Sample[]): Promise<void> => {
  for (const { name, parent } of rows) await sql`insert into child values (${name}, ${parent})`.execute(tx)
}

export const parent = (name: string): Effect => rowOf(insertParents, { name })
export const child = (name: string, of: string): Effect => effect(insertChildren, { name, parent: of })

export async function namesIn(database: Database, table: 'parent' | 'child'): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)} order by name`.execute(
    database,
  )
  return rows.map(({ name }) => name)
}

/** Every leaf, link and record is hashed again; the stored tiles, the checkpoint and each receipt agree with them. Gives the keys in order. */
export async function auditFromBytes(
  database: Database,
  given: readonly Entered[],
): Promise<readonly string[]> {
  const ledger = await readDescriptor(database)
  const entries = await readEntries(database, { start: 0, end: Number.MAX_SAFE_INTEGER })
  expect(entries.map(({ index }) => index)).toEqual(entries.map((_, i) => i))
  if (ledger === undefined) throw new Error('no ledger')
  const shown = entries.map(({ leaf, record, secret }) =>
    record === null || secret === null ? { leaf } : { leaf, shown: { record, key: secret } },
  )
  const audit = auditEntries(beginAudit(ledger), shown)
  expect(audit.records).toBe(entries.length)
  concludeAudit(audit, verifyCheckpoint(utf8((await readCheckpoint(database)) ?? ''), signer.keys))
  const hashes = entries.map(({ leaf }) => leafHash(leaf))
  for (const tile of tilesOf(hashes.length)) {
    const stored = await readHashes(database, tile)
    expect(stored).toHaveLength(tile.width)
    if (tile.level === 0)
      expect(stored.every((hash, i) => equal(hash, hashes[tile.index * 256 + i] ?? hash.slice(1)))).toBe(true)
  }
  for (const { index, leaf, receipt, checkpoint, size } of given) {
    expect(verifyReceipt(receipt, signer.keys, { leaf, index })).toMatchObject({ index, size })
    expect(verifyCheckpoint(utf8(checkpoint), signer.keys).size).toBe(size)
    expect(entries[index]?.leaf).toStrictEqual(leaf)
  }
  return entries.map(({ key }) => key)
}

/** An event that counts a transfer. */
export function transferOf(
  key: string,
  from: string,
  to: readonly string[],
  effects: readonly Effect[] = [],
): NewEvent {
  const event = eventOf(key, effects)
  return { ...event, record: { ...event.record, from, to }, counts: { from, to } }
}

/** The numbers in the records, pair by pair, in the ledger's order. */
export async function pairNumbers(database: Database): Promise<Readonly<Record<string, readonly number[]>>> {
  const numbers: Record<string, number[]> = {}
  for (const { record } of await readEntries(database, { start: 0, end: Number.MAX_SAFE_INTEGER })) {
    const { from = '', pairSequence } = parseRecord(record ?? new Uint8Array(0))
    for (const [to, number] of pairSequence ?? []) (numbers[`${from} ${to}`] ??= []).push(number)
  }
  return numbers
}
