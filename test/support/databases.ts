/** Answers for running every database test on both databases: `eachDatabase` says the same of each. */
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, inject, onTestFinished } from 'vitest'
import { type Database, type DatabaseSource, openDatabase } from '../../src/database/open.ts'
import { removeAnchors } from './anchors.ts'
import { onServer } from './postgres-server.ts'

export type DatabaseKind = DatabaseSource['kind']

export interface TestDatabases {
  readonly kind: DatabaseKind
  /** A database of its own, with tables and without rows. It goes away after the test, or after all tests when made before them. */
  readonly fresh: () => Promise<DatabaseSource>
  /** As before the first start: without tables, where that takes no longer. */
  readonly bare: () => Promise<DatabaseSource>
  /** A copy of a database that nobody has open, as a dump restored elsewhere is. */
  readonly copy: (source: DatabaseSource) => Promise<DatabaseSource>
  /** Opens a fresh database, or one again; closed likewise. */
  readonly open: (source?: DatabaseSource) => Promise<Database>
}

/** Describes the same tests once for the embedded database and once for PostgreSQL. */
export function eachDatabase(name: string, tests: (databases: TestDatabases) => void): void {
  for (const kind of ['embedded', 'postgresql'] as const) {
    describe(`${name} (${kind})`, () => tests(testDatabases(kind)))
  }
}

/** For a test that has gateways on both at once. */
export function testDatabases(kind: DatabaseKind): TestDatabases {
  const atEnd = ends()
  const kept = ({ source, remove }: Fresh): DatabaseSource => {
    atEnd(() => removeAnchors(source))
    atEnd(remove)
    return source
  }
  const fresh = async () => kept(kind === 'embedded' ? freshDirectory() : await freshUrl())
  const bare = async () => kept(kind === 'embedded' ? freshDirectory() : await freshUrl('template1'))
  const copy = async (from: DatabaseSource) =>
    kept(
      from.kind === 'embedded'
        ? freshDirectory(from.directory)
        : await freshUrl(new URL(from.url).pathname.slice(1)),
    )
  const open = async (source?: DatabaseSource): Promise<Database> => {
    const database = await openDatabase(source ?? (await fresh()))
    atEnd(() => database.destroy())
    return database
  }
  return { kind, fresh, bare, copy, open }
}

/** Runs what it is given after the test, or after all tests when it is given outside of one; the last first. */
function ends(): (end: () => Promise<void> | void) => void {
  const outside: (() => Promise<void> | void)[] = []
  afterAll(async () => {
    for (const end of outside.toReversed()) await end()
  })
  return (end) => {
    try {
      onTestFinished(async () => end())
    } catch {
      // Vitest's way to say that no test is running.
      outside.push(end)
    }
  }
}

interface Fresh {
  readonly source: DatabaseSource
  readonly remove: () => Promise<void> | void
}

/** An embedded database in this place, with tables and without rows; its caller removes it. */
export function embeddedAt(directory: string, from = inject('embeddedTemplate')) {
  cpSync(from, directory, { recursive: true })
  return { kind: 'embedded', directory } as const
}

function freshDirectory(from = inject('embeddedTemplate')): Fresh {
  const directory = mkdtempSync(path.join(tmpdir(), 'pouch-embedded-'))
  return {
    source: embeddedAt(directory, from),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

async function freshUrl(template = inject('postgresTemplate')): Promise<Fresh> {
  const server = inject('postgresUrl')
  const name = `pouch_test_${randomUUID().replaceAll('-', '')}`
  await onServer(server, `create database ${name} template ${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    source: { kind: 'postgresql', url: url.href },
    remove: () => onServer(server, `drop database ${name} with (force)`),
  }
}
