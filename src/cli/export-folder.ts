/** Answers for reading a ledger export from its folder, and for verifying the whole of it with flat memory. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { equal } from '../../protocol/bytes.ts'
import { decodeAs } from '../../protocol/codec.ts'
import { type Directory, keysOfLedger, ownerOfLedger } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  type Audit,
  type AuditedEntry,
  auditEntries,
  beginAudit,
  concludeAudit,
  partialTiles,
} from '../../protocol/ledger/audit.ts'
import {
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { descriptor, type LedgerDescriptor } from '../../protocol/ledger/entry.ts'
import { exportFiles, recordsFile, shownRecords } from '../../protocol/ledger/export-format.ts'
import type { FlatTile } from '../../protocol/ledger/flat-tiles.ts'
import { entriesPath, parseEntries, tilePath, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Trace, untraced } from '../../protocol/report.ts'

export const exportChecks = ['descriptor', 'checkpoint', 'entries', 'root'] as const
export type ExportCheck = (typeof exportChecks)[number]

export interface VerifiedExport {
  readonly party: PartyId
  readonly origin: string
  readonly size: number
  readonly records: number
  readonly checkpoint: VerifiedCheckpoint
}

export function isExport(folder: string): boolean {
  return existsSync(path.join(folder, exportFiles.descriptor))
}

/** Hashes every leaf again. Throws `Rejected` with the first wrong entry or tile. `progress` hears of entries done. */
export function verifyExport(
  folder: string,
  directory: Directory,
  now: Seconds,
  progress: (done: number, size: number) => void,
  trace: Trace<ExportCheck> = untraced,
): VerifiedExport {
  trace('descriptor')
  const ledger = decodeAs(descriptor, read(folder, exportFiles.descriptor), 'descriptor')
  const party = ownerOfLedger(directory, ledger.origin)
  trace('checkpoint')
  const checkpoint = checkpointOf(folder, ledger, directory, now)
  trace('entries')
  const audit = auditAll(folder, ledger, checkpoint.size, progress)
  trace('root')
  concludeAudit(audit, checkpoint)
  return { party, origin: ledger.origin, size: checkpoint.size, records: audit.records, checkpoint }
}

/** The registry's keys must be those that the genesis of the ledger names: a ledger cannot change its own. */
function checkpointOf(folder: string, ledger: LedgerDescriptor, directory: Directory, now: Seconds) {
  const keys = keysOfLedger(directory, ledger.origin, now)
  if (!equal(ledger.ed25519, keys.ed25519.bytes) || !equal(ledger.mlDsa44, keys.mlDsa44.bytes)) {
    throw new Rejected('unknown-key', 'the descriptor names other keys than the registry')
  }
  return verifyCheckpoint(read(folder, exportFiles.checkpoint), keys)
}

/** Size and origin of an export, unverified. */
export function exportSize(folder: string): { readonly origin: string; readonly size: number } {
  return parseCheckpoint(read(folder, exportFiles.checkpoint))
}

function auditAll(
  folder: string,
  ledger: LedgerDescriptor,
  size: number,
  progress: (done: number, size: number) => void,
): Audit {
  let audit = beginAudit(ledger)
  for (let bundle = 0; bundle * tileWidth < size; bundle++) {
    const width = Math.min(tileWidth, size - bundle * tileWidth)
    audit = auditEntries(audit, entriesOf(folder, bundle, width))
    for (const tile of audit.full) requireTile(folder, tile)
    progress(audit.tree.size, size)
  }
  for (const tile of partialTiles(audit)) requireTile(folder, tile)
  return audit
}

function entriesOf(folder: string, bundle: number, width: number): readonly AuditedEntry[] {
  const leaves = parseEntries(read(folder, entriesPath({ index: bundle, width })), width)
  const records = path.join(folder, recordsFile(bundle))
  const shown = existsSync(records)
    ? decodeAs(shownRecords, read(folder, recordsFile(bundle)), 'records')
    : []
  return leaves.map((leaf, i) => {
    const row = shown[i]
    return row === undefined || row === null ? { leaf } : { leaf, shown: { record: row[0], key: row[1] } }
  })
}

function requireTile(folder: string, tile: FlatTile): void {
  const file = tilePath(tile)
  if (!equal(read(folder, file), tile.hashes)) {
    throw new Rejected('bad-proof', `${file} does not hold the hashes of its entries`)
  }
}

export function read(folder: string, file: string): Uint8Array {
  const whole = path.join(folder, file)
  if (!existsSync(whole)) throw new Rejected('bad-proof', `the export lacks ${file}`)
  return new Uint8Array(readFileSync(whole))
}
