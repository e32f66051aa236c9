/**
 * Answers for the thread in which the embedded database runs, because its queries block the thread they run in. It makes
 * the cluster at the first start, proves that commits reach the disk, and then answers one statement after the other.
 */
import fs from 'node:fs'
import path from 'node:path'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { DurableFiles } from './durable-files.ts'
import type { EmbeddedAnswer, EmbeddedQuery, EmbeddedStart } from './embedded-protocol.ts'
import { byteaArrayType, parseBigint, parseBytea } from './values.ts'

const oids = { bytea: 17, int8: 20, byteas: byteaArrayType } as const

if (parentPort !== null) await serve(parentPort, workerData as EmbeddedStart)

async function serve(port: MessagePort, { directory }: EmbeddedStart): Promise<void> {
  const send = (answer: EmbeddedAnswer): void => port.postMessage(answer)
  const database = await start(directory, send)
  if (database === undefined) return
  port.on('message', (query: EmbeddedQuery | 'close') => {
    void (query === 'close'
      ? close(database, send).then(() => port.close())
      : answer(database, query).then(send))
  })
  send({ kind: 'opened' })
}

async function start(directory: string, send: (answer: EmbeddedAnswer) => void): Promise<PGlite | undefined> {
  try {
    if (!fs.existsSync(path.join(directory, 'PG_VERSION'))) await createCluster(directory)
    const files = new DurableFiles(directory)
    const database = await open(files)
    const fault = await durabilityFault(database, files)
    if (fault === undefined) return database
    send({ kind: 'refused', why: 'not-durable', message: `The embedded database is not durable: ${fault}.` })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    send({
      kind: 'refused',
      why: 'damaged',
      message: `The database in ${directory} does not open: ${reason}`,
    })
  }
  return undefined
}

// The cluster is made beside its place and moved there when it is whole and on the disk: a crash before the move leaves
// a folder that the next start throws away, a crash after it leaves a database.
async function createCluster(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`
  fs.rmSync(unfinished, { recursive: true, force: true })
  const database = await open(new DurableFiles(unfinished))
  await database.close()
  const inside = fs.readdirSync(unfinished, { recursive: true, encoding: 'utf8' })
  for (const name of inside) syncToDisk(path.join(unfinished, name))
  syncToDisk(unfinished)
  fs.renameSync(unfinished, directory)
  syncToDisk(path.dirname(directory))
}

function syncToDisk(file: string): void {
  const descriptor = fs.openSync(file, 'r')
  fs.fsyncSync(descriptor)
  fs.closeSync(descriptor)
}

function open(files: DurableFiles): Promise<PGlite> {
  return PGlite.create({
    fs: files,
    startParams: startParameters(),
    parsers: { [oids.bytea]: parseBytea, [oids.int8]: parseBigint },
    serializers: { [oids.bytea]: inBinary, [oids.byteas]: inBinary },
  })
}

// Bytes go to the database as they are; PGlite types a serializer's result as text only.
function inBinary(bytes: Uint8Array): never {
  return bytes as never
}

// PGlite starts with -F (fsync off). fdatasync does nothing in it, so the log must be flushed by fsync.
function startParameters(): string[] {
  const durable = ['fsync=on', 'wal_sync_method=fsync', 'synchronous_commit=on', 'full_page_writes=on']
  return [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
    ...durable.flatMap((setting) => ['-c', setting]),
  ]
}

/** What keeps a commit from the disk; `undefined` when one was seen to get there. */
async function durabilityFault(database: PGlite, files: DurableFiles): Promise<string | undefined> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const { rows } = await database.query<Record<string, string>>(`show ${setting}`)
    if (rows[0]?.[setting] !== 'on') return `${setting} is off`
  }
  const before = files.flushes
  await database.query(`select pg_logical_emit_message(true, 'pouch', 'does a commit reach the disk?')`)
  return files.flushes > before ? undefined : 'a commit did not reach fsync'
}

async function answer(database: PGlite, { id, sql, parameters }: EmbeddedQuery): Promise<EmbeddedAnswer> {
  try {
    const { rows, command = '', affectedRows = 0 } = await database.query(sql, [...parameters])
    return { kind: 'reply', id, reply: { rows, command, count: affectedRows } }
  } catch (error) {
    const { code } = error as { code?: string }
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'failure', id, failure: { message, code } }
  }
}

async function close(database: PGlite, send: (answer: EmbeddedAnswer) => void): Promise<void> {
  await database.close()
  send({ kind: 'closed' })
}
