/** Answers for verifying the whole of a ledger export offline, with flat memory. */
import { suite } from '#suite'
import { equal } from '../../protocol/bytes.ts'
import { decodeAs } from '../../protocol/codec.ts'
import { type Directory, keysOfLedger, ownerOfLedger } from '../../protocol/directory.ts'
import { atPlace, Rejected } from '../../protocol/errors.ts'
import {
  type Audit,
  auditEntries,
  beginAudit,
  concludeAudit,
  type EntryReader,
  partialTiles,
} from '../../protocol/ledger/audit.ts'
import {
  type LedgerKeys,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { cosignersOf } from '../../protocol/ledger/cosigners.ts'
import { descriptor, type LedgerDescriptor } from '../../protocol/ledger/entry.ts'
import {
  exportFiles,
  registryFile,
  signedRootsFile,
  suspensionFile,
} from '../../protocol/ledger/export-format.ts'
import type { FlatTile } from '../../protocol/ledger/flat-tiles.ts'
import { isNotice, requireNoticeOf } from '../../protocol/ledger/noticed.ts'
import { verifyRoot } from '../../protocol/ledger/signed-root.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import { beginMissing } from '../../protocol/ledger/shredding.ts'
import { tilePath, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Trace, untraced } from '../../protocol/report.ts'
import {
  bundlesOf,
  entriesIn,
  type Reading,
  read,
  readingInPlace,
  registryVersionIn,
  rootsIn,
  signedRootsOf,
} from './export-files.ts'
import { beginTimeStamps, type TimeStampsTold } from './export-time-stamps.ts'

export const exportChecks = [
  'descriptor',
  'checkpoint',
  'witnesses',
  'entries',
  'root',
  'receipts',
  'time-stamps',
] as const
export type ExportCheck = (typeof exportChecks)[number]

export interface VerifiedExport {
  readonly party: PartyId
  readonly origin: string
  readonly size: number
  /** How many of the entries are shown; the others were shredded. */
  readonly records: number
  /** How many roots were signed for receipts. */
  readonly roots: number
  /** How many checkpoints were time-stamped. What their tokens say is examined by `examineTokens`. */
  readonly timeStamps: number
  /** The other parties that cosigned the checkpoint. */
  readonly witnesses: readonly PartyId[]
  readonly checkpoint: VerifiedCheckpoint
  readonly keys: LedgerKeys
}

export interface Verifying {
  readonly folder: string
  readonly directory: Directory
  readonly now: Seconds
  /** Hears of entries done. */
  readonly progress: (done: number, size: number) => void
  /** Hears of every record once it is proven, in order; what it hears counts when the verification has ended well. */
  readonly reader?: EntryReader
}

/** Hashes every leaf again. Throws `Rejected` with the first wrong entry or file. */
export function verifyExport(
  folder: string,
  directory: Directory,
  now: Seconds,
  progress: (done: number, size: number) => void,
  trace: Trace<ExportCheck> = untraced,
): VerifiedExport {
  return readExport({ folder, directory, now, progress }, trace)
}

/** `verifyExport` with a reader of the records. */
export function readExport(verifying: Verifying, trace: Trace<ExportCheck> = untraced): VerifiedExport {
  const { folder, directory, now } = verifying
  trace('descriptor')
  const ledger = decodeAs(descriptor, read(folder, exportFiles.descriptor), 'descriptor')
  const { origin } = ledger
  const party = ownerOfLedger(directory, origin)
  trace('checkpoint')
  const keys = keysOf(ledger, directory, now)
  const checkpoint = verifyCheckpoint(read(folder, exportFiles.checkpoint), keys)
  trace('witnesses')
  const witnesses = [...cosignersOf(checkpoint, keys, directory, now).keys()]
  const { size } = checkpoint
  trace('entries')
  const told = beginTimeStamps()
  const audit = auditAll(verifying, ledger, size, told)
  trace('root')
  concludeAudit(audit, checkpoint)
  trace('receipts')
  const roots = verifyRoots(folder, keys, size)
  trace('time-stamps')
  const timeStamps = told.conclude(folder, keys, size)
  return { party, origin, size, records: audit.records, roots, timeStamps, witnesses, checkpoint, keys }
}

/** The registry's keys must be those that the genesis of the ledger names: a ledger cannot change its own. */
function keysOf(ledger: LedgerDescriptor, directory: Directory, now: Seconds): LedgerKeys {
  const keys = keysOfLedger(directory, ledger.origin, now)
  if (equal(ledger.ed25519, keys.ed25519.bytes) && equal(ledger.mlDsa44, keys.mlDsa44.bytes)) return keys
  throw new Rejected('unknown-key', 'the descriptor names other keys than the registry')
}

function auditAll(
  { folder, progress, reader }: Verifying,
  ledger: LedgerDescriptor,
  size: number,
  told: TimeStampsTold,
): Audit {
  const [leaves, records, tiles] = [readingInPlace(), readingInPlace(), readingInPlace()]
  const missing = beginMissing()
  const heard: EntryReader = (index, record, entry) => {
    requireAdopted(folder, record)
    requireNoticed(folder, record)
    missing.read(index, record)
    told.read(index, record)
    reader?.(index, record, entry)
  }
  let audit = beginAudit(ledger)
  for (let bundle = 0; bundle < bundlesOf(size); bundle++) {
    audit = auditEntries(audit, entriesIn(folder, bundle, size, { leaves, records }), heard)
    for (const tile of audit.full) requireTile(folder, tile, tiles)
    progress(audit.tree.size, size)
  }
  for (const tile of partialTiles(audit)) requireTile(folder, tile, tiles)
  missing.conclude()
  return audit
}

/** Each version that the ledger says was adopted is there, byte for byte. */
function requireAdopted(folder: string, record: LedgerRecord | undefined): void {
  if (record?.event !== 'registry-adoption' || record.registry === undefined) return
  const { registry } = record
  const held = registryVersionIn(folder, registry.version)
  if (!equal(suite.sha256(held), registry.digest)) {
    throw new Rejected('bad-proof', `${registryFile(registry.version)} is not the version that was adopted`)
  }
}

/** And so is each notice that it says was taken. */
function requireNoticed(folder: string, record: LedgerRecord | undefined): void {
  if (record === undefined || !isNotice(record)) return
  const file = suspensionFile(record.digest)
  atPlace(file, () => requireNoticeOf(record, read(folder, file)))
}

function requireTile(folder: string, tile: FlatTile, reading: Reading): void {
  const file = tilePath(tile)
  if (!equal(read(folder, file, reading), tile.hashes)) {
    throw new Rejected('bad-proof', `${file} does not hold the hashes of its entries`)
  }
}

/** The roots on which receipts were given are those of this tree. Its tiles are verified by now. */
function verifyRoots(folder: string, keys: LedgerKeys, size: number): number {
  const rootAt = rootsIn(folder, size)
  let roots = 0
  for (let bundle = 0; bundle < bundlesOf(size); bundle++) {
    for (const [signed, signatures] of signedRootsOf(folder, bundle)) {
      const file = signedRootsFile(bundle)
      if (signed <= bundle * tileWidth || signed > Math.min(size, (bundle + 1) * tileWidth)) {
        throw new Rejected('bad-proof', `${file} has a root of ${signed}`)
      }
      const root = rootAt(signed)
      atPlace(file, () => verifyRoot({ origin: keys.origin, size: signed, root, signatures }, keys))
      roots++
    }
  }
  return roots
}
