/** Answers for one audit, or the hashes of one, in a process of its own, whose memory is its own. */
import { createSecretKey, hash, hkdfSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import { fieldNames, parseRecord, recordBytes } from '../../protocol/ledger/record.ts'
import { mapEntries } from '../../protocol/scan.ts'
import { verifyExport } from '../../src/cli/export-folder.ts'
import { ledgerDirectory } from '../support/generated-export.ts'
import { descriptor, recordOf } from '../support/ledger.ts'

export interface AuditOrder {
  readonly what: 'audit' | 'hashes'
  readonly folder: string
  readonly entries: number
  /** Whether its records are in it. */
  readonly shown: boolean
}

export interface Audited {
  readonly seconds: number
  readonly peakMegabytes: number
}

const order = JSON.parse(await text(process.stdin)) as AuditOrder
const directory = ledgerDirectory()
const start = performance.now()
if (order.what === 'audit') audit(order)
else hashes(order)
const seconds = (performance.now() - start) / 1000
process.send?.({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 } satisfies Audited)
process.disconnect()

function audit({ folder, entries, shown }: AuditOrder): void {
  const { size, records } = verifyExport(folder, directory, descriptor.created + 1000, () => undefined)
  if (size !== entries || records !== (shown ? entries : 0)) throw new Error('another export')
}

/** A leaf has 71 bytes with its prefix, a node 65; a tree has one node less than it has leaves. */
function hashes({ entries, shown }: AuditOrder): void {
  const [leaf, node] = [new Uint8Array(71), new Uint8Array(65)]
  const fields = shown ? [fieldInputs(0), fieldInputs(1), fieldInputs(1), fieldInputs(1)] : []
  for (let i = 0; i < entries; i++) {
    hash('sha256', leaf, 'binary')
    hash('sha256', node, 'binary')
    if (!shown) continue
    hkdfSync(
      'sha256',
      createSecretKey(node.subarray(0, 32)),
      leaf.subarray(0, 0),
      leaf,
      32 * fieldNames.length,
    )
    for (const input of fields[i % fields.length] ?? []) hash('sha256', input, 'binary')
    for (let inner = 1; inner < fieldNames.length; inner++) hash('sha256', node, 'binary')
  }
}

/** As long as the field leaves of a record are: prefix, head and salt, then name and value or null. */
function fieldInputs(index: number): readonly Uint8Array[] {
  const present = mapEntries(recordBytes(recordOf(index))).map(({ length }) => new Uint8Array(36 + length))
  const record = parseRecord(recordBytes(recordOf(index)))
  const absent = fieldNames.filter((name) => record[name] === undefined)
  return [...present, ...absent.map((name) => new Uint8Array(36 + name.length + 2))]
}
