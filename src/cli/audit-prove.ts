/** Answers for `pouch audit prove`: one entry of an export, proven to somebody else by a C2SP tlog-proof. */
import { Command } from 'commander'
import { fromUtf8 } from '../../protocol/bytes.ts'
import { exportFiles } from '../../protocol/ledger/export-format.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { formatProof } from '../../protocol/ledger/proof.ts'
import { tileWidth } from '../../protocol/ledger/tiles.ts'
import { acting, again, answer, type GlobalOptions, UsageError } from './answer.ts'
import { requireExport } from './audit-trust.ts'
import { entriesOf, exportSize, nodesIn, read } from './export-files.ts'
import { writeNew } from './files.ts'

interface ProveOptions extends GlobalOptions {
  readonly entry: string
  readonly out: string
}

export function proveCommand(): Command {
  return new Command('prove')
    .summary('prove one entry')
    .description('Write a C2SP tlog-proof of one entry of an export: its leaf, its path and the checkpoint.')
    .argument('<folder>', 'the folder of an export, verified before')
    .requiredOption('--entry <index>', 'index of the entry')
    .requiredOption('--out <file>', 'where the proof goes')
    .addHelpText('after', '\nExample:\n  pouch audit prove est-ledger --entry 3 --out entry-3.tlog-proof')
    .action(
      acting<ProveOptions>((options, [folder = '']) => {
        const { entry, out } = options
        requireExport(folder)
        const { size } = exportSize(folder)
        const index = indexIn(entry, size)
        writeNew(out, proofFrom(folder, index, size))
        const next = `  next: pouch verify ${out}${again(options)}`
        return answer(`proof of entry ${index} of ${size} written to ${out}\n${next}`, {
          entry: index,
          size,
          out,
        })
      }),
    )
}

export function indexIn(text: string, size: number): number {
  const index = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(index < size)) throw new UsageError(`--entry takes a number from 0 to ${size - 1}`)
  return index
}

function proofFrom(folder: string, index: number, size: number): string {
  const entry = entriesOf(folder, Math.floor(index / tileWidth), size)[index % tileWidth]
  const { path } = proveInclusion(index, size, nodesIn(folder, size)(size))
  const checkpoint = fromUtf8(read(folder, exportFiles.checkpoint))
  return formatProof({ index, path, checkpoint, ...(entry === undefined ? {} : { extra: entry.leaf }) })
}
