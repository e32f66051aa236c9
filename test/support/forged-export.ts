/**
 * Answers for what an operator with all keys could do to its own ledger before it is exported: the records changed, and every
 * leaf, tile and signature made anew over them. Such an export verifies; only what others hold can tell.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { parseCheckpoint, signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { descriptor, genesisHash, makeEntry, newEntryKey } from '../../protocol/ledger/entry.ts'
import { exportFiles, recordsFile, shownRecords } from '../../protocol/ledger/export-format.ts'
import { emptyTree, growFlat, partialTilesOf, rootOfTree } from '../../protocol/ledger/flat-tiles.ts'
import { type LedgerRecord, parseRecord, recordBytes } from '../../protocol/ledger/record.ts'
import { entriesBytes, entriesPath, tileBytes, tilePath } from '../../protocol/ledger/tiles.ts'
import type { TestParty } from './world.ts'

/** At most 256 entries, all of them shown. */
export function forgeExport(
  from: string,
  to: string,
  { ledger: pair }: TestParty,
  edit: (records: readonly LedgerRecord[]) => readonly LedgerRecord[],
  at: number,
): string {
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(path.join(from, file)))
  const { origin } = parseCheckpoint(read(exportFiles.checkpoint))
  const shown = decodeAs(shownRecords, read(recordsFile(0)))
  const records = edit(shown.flatMap((row) => (row === null ? [] : [parseRecord(row[0])])))
  let previous = genesisHash(decodeAs(descriptor, read(exportFiles.descriptor)))
  const entries = records.map((record) => {
    const key = newEntryKey()
    const entry = makeEntry(previous, record, key)
    previous = entry.hash
    return { ...entry, row: [recordBytes(record), key] as const }
  })
  const { tree } = growFlat(emptyTree, tileBytes(entries.map(({ hash }) => hash)))
  cpSync(from, to, { recursive: true })
  for (const folder of ['tile', exportFiles.records, exportFiles.checkpoints])
    rmSync(path.join(to, folder), { recursive: true })
  const write = (file: string, bytes: Uint8Array | string): void => {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true })
    writeFileSync(path.join(to, file), bytes)
  }
  for (const tile of partialTilesOf(tree)) write(tilePath(tile), tile.hashes)
  const width = entries.length
  write(entriesPath({ index: 0, width }), entriesBytes(entries.map(({ leaf }) => leaf)))
  write(
    recordsFile(0),
    encodeAs(
      shownRecords,
      entries.map(({ row }) => row),
    ),
  )
  const keys = { origin, ed25519: pair[0].publicKey, mlDsa44: pair[1].publicKey }
  const note = signCheckpoint({ origin, size: width, root: rootOfTree(tree) }, { keys, pair }, at)
  write(exportFiles.checkpoint, note)
  return to
}
