/** Answers for what all test files share: one PostgreSQL server, and one embedded cluster to copy, made once a run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/database/open.ts'
import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgresUrl: string
    readonly embeddedTemplate: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL']
  const template = mkdtempSync(path.join(tmpdir(), 'pouch-template-'))
  const [server] = await Promise.all([
    given === undefined || given === '' ? startPostgres() : undefined,
    openDatabase({ kind: 'embedded', directory: template }).then((database) => database.destroy()),
  ])
  project.provide('postgresUrl', server?.url ?? given ?? '')
  project.provide('embeddedTemplate', template)
  return async () => {
    await server?.stop()
    rmSync(template, { recursive: true, force: true })
  }
}
