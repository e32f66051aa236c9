/**
 * Answers for how fast a whole export is audited from its files, and in how much memory; beside it `crypto.hash` alone, as
 * often and over as many bytes as the audit cannot do without.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fieldNames, parseRecord, recordBytes } from '../../protocol/ledger/record.ts'
import { mapEntries } from '../../protocol/scan.ts'
import { generateExport, verifiedAt } from '../support/generated-export.ts'
import { recordOf } from '../support/ledger.ts'
import type { Audited, AuditOrder } from './audit-child.ts'
import { figure } from './measure.ts'
import { printTable, ratio } from './table.ts'

const rounds = 3
/** The names are those of the rows; records cost some forty hashes each, so that there are fewer of them. */
const exports = [
  { name: 'leaves and tiles', entries: 1_000_000, shown: false },
  { name: 'with every record', entries: 50_000, shown: true },
] as const

export interface AuditResult {
  readonly name: string
  readonly entries: number
  readonly auditSeconds: number
  readonly hashSeconds: number
  /** Speed of the audit as a share of that of the hashes alone, in the same round. */
  readonly share: number
  readonly peakMegabytes: number
}

/** `--seconds` changes nothing here: an audit takes as long as it takes. */
export async function measureAudit(): Promise<readonly AuditResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-bench-audit-'))
  try {
    console.log(`Audit: a whole export read from its files, each run in a process of its own, ${rounds} rounds after one to warm
  up; every leaf, link and tile hashed again, and of records every field. Beside it crypto.hash alone, over as many
  messages of the same sizes (and the salts by HKDF), without files, structures or comparison; medians.`)
    const results: AuditResult[] = []
    for (const each of exports) results.push(await measureExport(path.join(folder, each.name), each))
    printTable(
      ['export', 'entries', 'audit s', 'entries/s', 'crypto.hash s', 'share', 'peak MB'],
      results.map(({ name, entries, auditSeconds, hashSeconds, share, peakMegabytes }) => [
        ...[name, String(entries), auditSeconds.toFixed(2), (entries / auditSeconds).toFixed(0)],
        ...[hashSeconds.toFixed(2), ratio(share), peakMegabytes.toFixed(0)],
      ]),
    )
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureExport(
  folder: string,
  { name, entries, shown }: (typeof exports)[number],
): Promise<AuditResult> {
  const { roots } = generateExport(folder, entries, shown)
  const at = new Date(1000 * verifiedAt).toISOString().replace('.000Z', 'Z')
  const args = ['audit', 'verify', folder, '--roots', roots, '--at', at, '--json']
  const fields = shown ? [0, 1, 1, 1].map(fieldLengths) : []
  const turns: { readonly audit: Audited; readonly hashes: Audited }[] = []
  for (let round = 0; round <= rounds; round++) {
    const audit = await inChild({ what: 'command', args })
    requireVerified(audit, entries, shown ? entries : 0)
    const hashes = await inChild({ what: 'hashes', entries, fields })
    if (round > 0) turns.push({ audit, hashes })
  }
  const median = (values: readonly number[]): number => figure(name, values).median
  return {
    name,
    entries,
    auditSeconds: median(turns.map(({ audit }) => audit.seconds)),
    hashSeconds: median(turns.map(({ hashes }) => hashes.seconds)),
    share: median(turns.map(({ audit, hashes }) => hashes.seconds / audit.seconds)),
    peakMegabytes: Math.max(...turns.map(({ audit }) => audit.peakMegabytes)),
  }
}

function requireVerified({ said }: Audited, size: number, records: number): void {
  const { good, facts } = JSON.parse(said) as {
    readonly good: boolean
    readonly facts: { readonly entries?: number; readonly recordsShown?: number }
  }
  if (!good || facts.entries !== size || facts.recordsShown !== records) throw new Error('another export')
}

/** As long as the field leaves of a record are: prefix, head and salt, then name and value or null. */
function fieldLengths(index: number): readonly number[] {
  const present = mapEntries(recordBytes(recordOf(index))).map(({ length }) => 36 + length)
  const record = parseRecord(recordBytes(recordOf(index)))
  const absent = fieldNames.filter((field) => record[field] === undefined)
  return [...present, ...absent.map((field) => 36 + field.length + 2)]
}

async function inChild(order: AuditOrder): Promise<Audited> {
  const child = fork(path.join(import.meta.dirname, 'audit-child.ts'), {
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
  })
  child.stdin?.end(JSON.stringify(order))
  const [audited] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Audited | number]
  if (typeof audited === 'number') throw new Error(`the audit ended with ${audited}`)
  return audited
}
