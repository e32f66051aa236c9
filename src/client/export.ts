/** Answers for exporting a ledger: everything that an auditor needs offline, in C2SP's static layout, in one folder. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { exportFiles, recordsFile, shownRecords } from '../../protocol/ledger/export-format.ts'
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
  write(`${exportFiles.registry}.cose`, await client.registry())
  for (const tile of tilesOf(size)) write(tilePath(tile), await client.ledgerFile(tilePath(tile)))
  for (let bundle = 0; bundle * tileWidth < size; bundle++) {
    const width = Math.min(tileWidth, size - bundle * tileWidth)
    const entries = entriesPath({ index: bundle, width })
    write(entries, await client.ledgerFile(entries))
    const shown = decodeAs(shownRecords, await client.ledgerRecords(bundle))
    write(recordsFile(bundle), encodeAs(shownRecords, shown.slice(0, width)))
    progress(bundle * tileWidth + width, size)
  }
  write('README.md', readme(origin, size))
  // POSIX lets a folder take the place of an empty one; of any other it does not.
  renameSync(unfinished, folder)
  return { origin, size, files }
}

function readme(origin: string, size: number): string {
  return `# Export of the ledger ${origin}, ${size} entries

Verify the whole of it offline, with the registry and the digest of its roots, which you have from its signers:

    pouch audit verify <this folder> --registry registry.cose --roots <digest>

Prove one entry of it to somebody else:

    pouch audit prove <this folder> --entry 3 --out entry-3.tlog-proof

\`checkpoint\` and \`tile/\` are laid out as C2SP tlog-tiles says; \`records/\` holds what the leaves commit to.
`
}
