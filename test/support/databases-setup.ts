/**
 * Answers for what all test files share: one PostgreSQL server with a database to copy, and one embedded cluster to copy,
 * made once a run.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/database/open.ts'
import { onServer, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgresUrl: string
    /** The name of a database with tables and without rows. */
    readonly postgresTemplate: string
    readonly embeddedTemplate: string
  }
}

// Nobody crashes this server, so that nothing has to reach the disk. Tests that crash one start their own.
const fleeting = ['fsync=off', 'full_page_writes=off']

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL']
  const template = mkdtempSync(path.join(tmpdir(), 'pouch-template-'))
  const [server] = await Promise.all([
    given === undefined || given === '' ? startPostgres(fleeting) : undefined,
    openDatabase({ kind: 'embedded', directory: template }).then((database) => database.destroy()),
  ])
  const url = server?.url ?? given ?? ''
  const postgresTemplate = await makePostgresTemplate(url)
  project.provide('postgresUrl', url)
  project.provide('postgresTemplate', postgresTemplate)
  project.provide('embeddedTemplate', template)
  return async () => {
    if (server === undefined) await onServer(url, `drop database ${postgresTemplate}`)
    else await server.stop()
    rmSync(template, { recursive: true, force: true })
  }
}

async function makePostgresTemplate(server: string): Promise<string> {
  const name = `pouch_template_${randomUUID().replaceAll('-', '')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const database = await openDatabase({ kind: 'postgresql', url: url.href })
  await database.destroy()
  return name
}
