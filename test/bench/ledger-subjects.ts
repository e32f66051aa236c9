/**
 * Answers for the subjects of the ledger's measurements: the sequencer, the same batches inserted ready-made, a chain by
 * `SELECT … FOR UPDATE`, and hypercore. Each enters what is asked of it with so many callers, each waiting for its answer.
 */
import { hash } from 'node:crypto'
import { createRequire } from 'node:module'
import { performance } from 'node:perf_hooks'
import { sql } from 'kysely'
import { parseLeaf } from '../../protocol/ledger/entry.ts'
import { emptyRoot } from '../../protocol/ledger/merkle.ts'
import { parseRecord, recordBytes } from '../../protocol/ledger/record.ts'
import type { Database } from '../../src/database/open.ts'
import { append, type Batch } from '../../src/ledger/append.ts'
import type { SignedRow } from '../../src/ledger/checkpoints-table.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { insertHead, readHead } from '../../src/ledger/head-table.ts'
import { extend, loadPosition } from '../../src/ledger/position.ts'
import { sealOf } from '../../src/ledger/seal.ts'
import type { Sequencer } from '../../src/ledger/sequencer.ts'
import { signer } from '../support/ledger.ts'
import { nextEvent } from './ledger-record.ts'

/** What came of one turn. */
export interface Turn {
  readonly entries: number
  readonly seconds: number
  /** Milliseconds from the call to the answer. */
  readonly latencies: readonly number[]
}

export interface Entering {
  readonly run: (inFlight: number, milliseconds: number) => Promise<Turn>
}

async function turn(inFlight: number, milliseconds: number, enter: () => Promise<unknown>): Promise<Turn> {
  const latencies: number[] = []
  const start = performance.now()
  const line = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      const called = performance.now()
      await enter()
      latencies.push(performance.now() - called)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, line))
  return { entries: latencies.length, seconds: (performance.now() - start) / 1000, latencies }
}

/** `received`: each caller takes its receipt, as a gateway does, which is made when it is first read. */
export function sequencerSubject(sequencer: Sequencer, received: boolean): Entering {
  const enter = async (): Promise<unknown> => {
    const entered = await sequencer.push(nextEvent())
    return received ? entered.receipt : entered
  }
  return { run: (inFlight, milliseconds) => turn(inFlight, milliseconds, enter) }
}

/** Reads what a sequencer entered since the last time, and inserts the same rows in the same transactions elsewhere. */
export function boundSubject(from: Database, into: Database): { readonly replay: () => Promise<Turn> } {
  return {
    replay: async () => {
      const batches = await readyMade(from, into)
      const start = performance.now()
      for (const batch of batches) await into.transaction().execute((tx) => append(tx, batch))
      const seconds = (performance.now() - start) / 1000
      const entries = batches.reduce((sum, batch) => sum + batch.entries.length, 0)
      return { entries, seconds, latencies: [] }
    },
  }
}

async function readyMade(from: Database, into: Database): Promise<readonly Batch[]> {
  await copyHead(from, into)
  let position = await loadPosition(into, signer.keys)
  const rows = await from
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('size', '>', position.head.size)
    .orderBy('size')
    .execute()
  const batches: Batch[] = []
  let signed: readonly SignedRow[] = []
  for (const { size, signed: at, note, signatures } of rows) {
    const entries = await readEntries(from, { start: position.head.size, end: size })
    const extension = extend(
      position,
      entries.map(({ leaf }) => parseLeaf(leaf).commitment),
    )
    const made = entries.map(({ leaf, record, secret, key, fingerprint }) => {
      if (record === null || secret === null) throw new Error('nothing is shredded here')
      return { leaf, record, secret, key, fingerprint }
    })
    const count = parseRecord(made.at(-1)?.record ?? new Uint8Array(0)).pairSequence?.get('NLD')
    const pairs = count === undefined ? [] : [{ sender: 'EST', recipient: 'NLD', count, entry: size - 1 }]
    const { head } = extension.position
    batches.push({
      from: position.head,
      to: { ...head, seal: sealOf(signer, head) },
      entries: made,
      tiles: extension.growth.full,
      pairs,
      signed,
      beside: [],
    })
    signed = at === null || signatures === null ? [] : [{ size, signed: at, note, signatures }]
    position = extension.position
  }
  return batches
}

async function copyHead(from: Database, into: Database): Promise<void> {
  if ((await readHead(into)) !== undefined) return
  const head = await readHead(from)
  const first = (await readEntries(from, { start: 0, end: 1 }))[0]
  if (head === undefined || first === undefined) throw new Error('the sequencer has entered nothing')
  const last = parseLeaf(first.leaf).previous
  await insertHead(into, 'bound', { ...head, size: 0, root: emptyRoot, last, seal: null, fence: 0 })
}

/** One transaction an entry: lock the head, read it, hash, insert, move the head. The hash is all that it has. */
export async function naiveSubject(database: Database): Promise<Entering> {
  await sql`create table naive_head (one boolean primary key, size bigint not null, last bytea not null)`.execute(
    database,
  )
  await sql`insert into naive_head values (true, 0, ${new Uint8Array(32)}::bytea)`.execute(database)
  await sql`create table naive_entry (index bigint primary key, hash bytea not null, record bytea not null,
    key text not null unique)`.execute(database)
  const enter = async (): Promise<void> => {
    const { key, record } = nextEvent()
    const bytes = recordBytes(record)
    await database.transaction().execute(async (tx) => {
      const { rows } = await sql<{ size: number; last: Uint8Array }>`
        select size, last from naive_head for update`.execute(tx)
      const { size = 0, last = new Uint8Array(32) } = rows[0] ?? {}
      const chained = new Uint8Array(hash('sha256', Buffer.concat([last, bytes]), 'buffer'))
      await sql`insert into naive_entry values (${size}, ${chained}::bytea, ${bytes}::bytea, ${key})`.execute(
        tx,
      )
      await sql`update naive_head set size = ${size + 1}, last = ${chained}::bytea`.execute(tx)
    })
  }
  return { run: (inFlight, milliseconds) => turn(inFlight, milliseconds, enter) }
}

interface Hypercore {
  ready(): Promise<void>
  append(block: Uint8Array): Promise<unknown>
  close(): Promise<void>
}

export interface Closing extends Entering {
  readonly close: () => Promise<void>
}

/** A signed Merkle tree as well; it has one key, Ed25519, and an append that is answered is not on the disk yet. */
export async function hypercoreSubject(folder: string): Promise<Closing> {
  const require = createRequire(import.meta.url)
  const Core = require('hypercore') as new (storage: string) => Hypercore
  const core = new Core(folder)
  await core.ready()
  const enter = (): Promise<unknown> => core.append(recordBytes(nextEvent().record))
  return {
    run: (inFlight, milliseconds) => turn(inFlight, milliseconds, enter),
    close: () => core.close(),
  }
}
