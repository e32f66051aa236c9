/** Answers for where the anchor of a test's database is: beside it, the same for every process that opens it. */
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { DatabaseSource } from '../../src/database/open.ts'

export function anchorOf(source: DatabaseSource): string {
  if (source.kind === 'embedded') return `${source.directory}.anchor`
  return path.join(tmpdir(), `pouch-anchor-${path.basename(new URL(source.url).pathname)}`)
}
