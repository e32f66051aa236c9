/**
 * Answers for how often the log is flushed to the disk for a batch: PostgreSQL says it in its statistics; of the embedded
 * database, which runs in the process of its user, each call of fsync is counted there.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { sql } from 'kysely'
import type { Database, DatabaseSource } from '../../src/database/open.ts'

export interface Fsyncs {
  readonly fsyncs: number
  readonly batches: number
}

/** What the child says; the embedded database's own count is in it. */
export interface Counted {
  readonly batches: number
  readonly fsyncs: number
}

/** The sequencer alone, at 64 in flight. */
export async function countFsyncs(source: DatabaseSource, seconds: number): Promise<Fsyncs | undefined> {
  const counting = path.join(import.meta.dirname, 'ledger-fsync-counter.ts')
  const child = fork(path.join(import.meta.dirname, 'ledger-child.ts'), {
    execArgv: ['--import', counting],
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  })
  child.stdin?.end(JSON.stringify({ source, seconds }))
  const exited = once(child, 'exit')
  const [counted] = (await Promise.race([once(child, 'message'), exited])) as [Counted | number]
  await exited
  return typeof counted === 'object' ? counted : undefined
}

/** Of the whole server, so that nothing else may run on it. */
export async function flushesOfServer(database: Database): Promise<number> {
  // A backend that has nothing to do reports its counts within ten seconds.
  await new Promise((resolve) => setTimeout(resolve, 11_000))
  const { rows } = await sql<{ fsyncs: number }>`
    select coalesce(sum(fsyncs), 0)::bigint as fsyncs from pg_stat_io where object = 'wal' and context = 'normal'`.execute(
    database,
  )
  return rows[0]?.fsyncs ?? Number.NaN
}
