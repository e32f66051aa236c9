/** Answers for where the anchor of a test's database is: beside it, the same for every process that opens it. */
import { globSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSource } from '../../src/database/open.ts'

export function anchorOf(source: DatabaseSource): string {
  if (source.kind === 'embedded') return `${source.directory}.anchor`
  return path.join(tmpdir(), `pouch-anchor-${path.basename(new URL(source.url).pathname)}`)
}

/** The anchor and what is kept under its name: what was witnessed, and what a crash left half written. */
export function removeAnchors(source: DatabaseSource): void {
  for (const each of globSync(`${anchorOf(source)}*`)) rmSync(each, { force: true, recursive: true })
}
