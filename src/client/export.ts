/** Answers for exporting a ledger: everything that an auditor needs offline, in C2SP's static layout, in one folder. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import {
  exportFiles,
  recordsFile,
  registryFile,
  type ShownRecords,
  shownRecords,
  signedRoots,
  signedRootsFile,
  suspensionFile,
  timeStampFile,
} from '../../protocol/ledger/export-format.ts'
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { isNotice } from '../../protocol/ledger/noticed.ts'
import { entriesPath, tilePath, tilesOf, tileWidth } from '../../protocol/ledger/tiles.ts'
import type { Client } from './client.ts'

export interface Exported {
  readonly origin: string
  readonly size: number
  readonly files: number
}

/**
 * The ledger as of its newest checkpoint; what is entered meanwhile is left for the next export. The folder must not
 * exist, and does not until the export is whole: an attempt that ends early leaves `<folder>.unfinished`, which the next
 * one throws away. The same ledger at the same size gives the same bytes.
 */
export async function exportLedger(
  client: Client,
  folder: string,
  progress: (done: number, size: number) => void,
): Promise<Exported> {
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  let files = 0
  const write = (file: string, bytes: Uint8Array | string): void => {
    const whole = path.join(unfinished, file)
    mkdirSync(path.dirname(whole), { recursive: true })
    writeFileSync(whole, bytes, { flag: 'wx' })
    files++
  }
  const checkpoint = await client.ledgerFile(exportFiles.checkpoint)
  const { origin, size } = parseCheckpoint(checkpoint)
  mkdirSync(unfinished, { mode: 0o700 })
  write(exportFiles.checkpoint, checkpoint)
  write(exportFiles.descriptor, await client.ledgerDescriptor())
  for (const tile of tilesOf(size)) write(tilePath(tile), await client.ledgerFile(tilePath(tile)))
  for (let bundle = 0; bundle * tileWidth < size; bundle++) {
    const width = Math.min(tileWidth, size - bundle * tileWidth)
    const entries = entriesPath({ index: bundle, width })
    write(entries, await client.ledgerFile(entries))
    const shown = decodeAs(shownRecords, await client.ledgerRecords(bundle)).slice(0, width)
    write(recordsFile(bundle), encodeAs(shownRecords, shown))
    const roots = decodeAs(signedRoots, await client.ledgerCheckpoints(bundle))
    write(
      signedRootsFile(bundle),
      encodeAs(
        signedRoots,
        roots.filter(([signed]) => signed <= size),
      ),
    )
    const records = recordsOf(shown)
    for (const version of adopted(records)) write(registryFile(version), await client.registry(version))
    for (const digest of noticed(records)) write(suspensionFile(digest), await client.notice(digest))
    progress(bundle * tileWidth + width, size)
  }
  for await (const { size: stamped, checkpoint: note, token } of timeStamps(client, size)) {
    write(timeStampFile(stamped, 'checkpoint'), note)
    write(timeStampFile(stamped, 'tsr'), token)
  }
  write('README.md', readme(origin, size))
  // POSIX lets a folder take the place of an empty one; of any other it does not.
  renameSync(unfinished, folder)
  return { origin, size, files }
}

/** Those of checkpoints up to this size, the oldest first. */
async function* timeStamps(client: Client, size: number) {
  for (let from = 0; from <= size; ) {
    const { timeStamps: page } = await client.timeStamps(from)
    yield* page.filter((stamp) => stamp.size <= size)
    from = (page.at(-1)?.size ?? size) + 1
  }
}

function recordsOf(shown: ShownRecords): readonly LedgerRecord[] {
  return shown.flatMap((row) => (row === null ? [] : [parseRecord(row[0])]))
}

/** The registry versions that these entries say were adopted: by them what follows was decided. */
function adopted(records: readonly LedgerRecord[]): readonly number[] {
  return records.flatMap(({ event, registry }) =>
    event === 'registry-adoption' && registry ? [registry.version] : [],
  )
}

/** The suspension notices that these entries say were taken. */
function noticed(records: readonly LedgerRecord[]): readonly Uint8Array[] {
  return records.flatMap((record) => (isNotice(record) ? [record.digest] : []))
}

function readme(origin: string, size: number): string {
  return `# Export of the ledger ${origin}, ${size} entries

Whose it is and which keys sign it is in \`registry/\`, signed by the roots whose digest you have from their signers. With it:

    pouch audit verify <this folder> --roots <digest>     every leaf, link, tile, record and signature, again
    pouch audit replay <this folder> --roots <digest>     every decision, made again by the registry of its time
    pouch audit reconcile <this folder> <another party’s> --roots <digest>
    pouch audit prove <this folder> --entry 3 --out entry-3.tlog-proof
    pouch audit disclose <this folder> --entry 3 --field at,event --out entry-3.cbor

- \`checkpoint\` and \`tile/\` are laid out as C2SP tlog-tiles says, and any tool for it reads them.
- \`records/\` holds what the leaves commit to, with the keys: whoever has it can read it. A record that is not there was
  shredded; its leaf stays, and all proofs with it.
- \`checkpoints/\` holds the signatures of every root on which the ledger gave receipts.
- \`timestamps/\`, where there is one, holds checkpoints and what a time-stamping authority said of each (RFC 3161),
  for \`pouch audit verify … --tsa-certificate <its certificate>\`, or
  \`openssl ts -verify -data <n>.checkpoint -token_in -in <n>.tsr -CAfile <its issuer’s certificate>\`.
- \`suspensions/\`, where there is one, holds the notices by which parties suspended and resumed agreements.
- \`registry/\` holds every version of the registry that the ledger adopted; \`descriptor.cbor\` is what its first entry names.

protocol/ledger/export.md describes every file.
`
}
