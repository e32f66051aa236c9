/** The embedded database keeps what it acknowledged, and runs once. Processes are killed, disks fail. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, expect, inject, test } from 'vitest'
import { type DatabaseSource, openDatabase } from '../../src/database/open.ts'

const programs = path.resolve(import.meta.dirname, '../support/programs')
const folders: string[] = []
const processes: ChildProcess[] = []

afterAll(() => {
  for (const child of processes) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function fresh(): DatabaseSource & { readonly directory: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'pouch-embedded-'))
  folders.push(directory)
  cpSync(inject('embeddedTemplate'), directory, { recursive: true })
  return { kind: 'embedded', directory }
}

interface Inserting {
  readonly child: ChildProcess
  /** The last number whose commit was acknowledged. */
  readonly last: () => number
  readonly errors: () => string
  readonly reached: (number: number) => Promise<void>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

function startInserting(
  directory: string,
  preload?: string,
  environment: Record<string, string> = {},
): Inserting {
  const preloaded = preload === undefined ? [] : ['--import', path.join(programs, preload)]
  const child = spawn(process.execPath, [...preloaded, path.join(programs, 'inserting.ts'), directory], {
    env: { ...process.env, ...environment },
  })
  processes.push(child)
  let [printed, errors] = ['', '']
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const ended = new Promise<Awaited<Inserting['ended']>>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const last = (): number => Number(printed.trimEnd().split('\n').at(-1))
  const reached = async (number: number): Promise<void> => {
    while (last() < number && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { child, last, errors: () => errors, reached, ended }
}

async function numbersIn(source: DatabaseSource): Promise<{ readonly count: number; readonly last: number }> {
  const database = await openDatabase(source)
  try {
    const { rows } = await sql<{ count: number; last: number }>`
      select count(*) as count, coalesce(max(number), 0) as last from numbers`.execute(database)
    return rows[0] ?? { count: 0, last: 0 }
  } finally {
    await database.destroy()
  }
}

test('kill -9 amid commits loses no acknowledged row, again and again', async () => {
  const source = fresh()
  let acknowledged = 0
  for (let round = 1; round <= 3; round++) {
    const inserting = startInserting(source.directory)
    await inserting.reached(acknowledged + 40)
    inserting.child.kill('SIGKILL')
    await inserting.ended
    expect(inserting.last()).toBeGreaterThanOrEqual(acknowledged + 40)
    const { count, last } = await numbersIn(source)
    expect(last).toBeGreaterThanOrEqual(inserting.last())
    expect(count).toBe(last)
    acknowledged = last
  }
})

test('a second process is refused, and let in when the first was killed', async () => {
  const source = fresh()
  const inserting = startInserting(source.directory)
  await inserting.reached(1)
  await expect(openDatabase(source)).rejects.toMatchObject({ name: 'DatabaseRefused', why: 'in-use' })
  inserting.child.kill('SIGKILL')
  await inserting.ended
  expect((await numbersIn(source)).count).toBeGreaterThan(0)
})

test('a second opening in one process is refused', async () => {
  const source = fresh()
  const database = await openDatabase(source)
  await expect(openDatabase(source)).rejects.toMatchObject({ why: 'in-use' })
  await database.destroy()
  await (await openDatabase(source)).destroy()
})

test('a failed fsync ends the process, with a word on why, and nothing acknowledged is lost', async () => {
  const source = fresh()
  const flag = path.join(source.directory, 'disk-fails')
  const inserting = startInserting(source.directory, 'failing-fsync.ts', { FSYNC_FAILS_AFTER: flag })
  await inserting.reached(10)
  writeFileSync(flag, '')
  expect(await inserting.ended).toEqual({ code: null, signal: 'SIGKILL' })
  expect(inserting.errors()).toMatch(/fsync of .*pg_wal.* failed \(EIO\)/)
  rmSync(flag)
  const { count, last } = await numbersIn(source)
  expect(count).toBe(last)
  expect(last).toBeGreaterThanOrEqual(inserting.last())
})

test('a database whose commits do not reach the disk is refused', async () => {
  const inserting = startInserting(fresh().directory, 'no-fsync.ts')
  expect((await inserting.ended).code).toBe(1)
  expect(inserting.errors()).toContain('The embedded database is not durable: fsync is off.')
  expect(inserting.last()).toBe(0)
})

test('one statement after the other: queries from many callers are answered, and close waits for them', async () => {
  const database = await openDatabase(fresh())
  const asked = Array.from({ length: 50 }, (_, i) =>
    sql<{ i: number }>`select ${i}::integer as i`.execute(database),
  )
  const answers = await Promise.all(asked)
  expect(answers.map(({ rows }) => rows[0]?.i)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  await database.destroy()
  await expect(sql`select 1`.execute(database)).rejects.toThrow()
})
