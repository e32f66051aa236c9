/** Answers for `pouch audit`: export a ledger, verify the whole of it offline, prove one entry of it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { fromUtf8 } from '../../protocol/bytes.ts'
import { exportFiles } from '../../protocol/ledger/export-format.ts'
import { proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { formatProof } from '../../protocol/ledger/proof.ts'
import {
  entriesPath,
  nodesFromTiles,
  parseEntries,
  parseTile,
  tilePath,
  tileWidth,
} from '../../protocol/ledger/tiles.ts'
import { report } from '../../protocol/report.ts'
import { exportLedger } from '../client/export.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, again, answer, type GlobalOptions, UsageError } from './answer.ts'
import { examined } from './examined.ts'
import {
  exportChecks,
  exportSize,
  isExport,
  read,
  type VerifiedExport,
  verifyExport,
} from './export-folder.ts'
import { writeNew } from './files.ts'
import { progressBar } from './progress.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'

export function auditCommand(): Command {
  return new Command('audit')
    .summary('export, verify and prove a ledger')
    .description('Export a ledger, verify an export offline, and prove single entries of it.')
    .addCommand(exportCommand())
    .addCommand(verifyCommand())
    .addCommand(proveCommand())
}

interface ExportOptions extends AgencyOptions {
  readonly out: string
}

function exportCommand(): Command {
  return agencyOption(new Command('export'))
    .summary('export the ledger to a folder')
    .description(
      'Export the ledger as of its newest checkpoint, with its records, to a folder. Needs the role auditor.',
    )
    .requiredOption('--out <folder>', 'a folder that does not exist yet')
    .addHelpText('after', '\nExample:\n  pouch audit export --out est-ledger --data est')
    .action(
      acting<ExportOptions>((options) => {
        if (existsSync(options.out))
          throw new UsageError(`cannot make ${options.out}: it is there already; name another`)
        if (!existsSync(path.dirname(path.resolve(options.out))))
          throw new UsageError(`cannot make ${options.out}: there is no such folder to make it in`)
        return atGateway(options, async (client) => {
          const exported = await exportLedger(client, options.out, progressBar('entries'))
          const next = `  next: pouch audit verify ${options.out}${again(options)}`
          return answer(`${exported.size} entries of ${exported.origin} in ${options.out}\n${next}`, exported)
        })
      }),
    )
}

interface AuditOptions extends TrustOptions {
  readonly at?: string
}

function verifyCommand(): Command {
  return trustOption(new Command('verify'))
    .summary('hash a whole export again')
    .description('Verify an export offline: every leaf, link, tile and shown record, and the signed root.')
    .argument('<folder>', 'the folder of an export')
    .option('--at <time>', 'verify as of this time (default: now)')
    .addHelpText(
      'after',
      '\nExample:\n  pouch audit verify est-ledger --registry registry.cose --roots 5d2f…',
    )
    .action(acting<AuditOptions>((options, [folder = '']) => auditFolder(folder, options)))
}

export function auditFolder(folder: string, options: AuditOptions): Answer {
  requireExport(folder)
  const now = timeOf(options.at)
  const directory = trustedDirectory(options, now)
  let found: VerifiedExport | undefined
  const checks = report(exportChecks, (trace) => {
    found = verifyExport(folder, directory, now, progressBar('entries'), trace)
  })
  const good = checks.every(({ outcome }) => outcome !== 'fail')
  const facts = found === undefined ? {} : factsOf(found)
  return examined(folder, { kind: 'ledger-export', good, checks, facts })
}

function factsOf({ party, origin, size, records, checkpoint }: VerifiedExport) {
  return { ledger: origin, party, entries: size, 'records shown': records, 'checkpoint at': checkpoint.at }
}

interface ProveOptions extends GlobalOptions {
  readonly entry: string
  readonly out: string
}

function proveCommand(): Command {
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

function requireExport(folder: string): void {
  if (!isExport(folder)) throw new UsageError(`${folder} is no folder of a ledger export`)
}

function indexIn(text: string, size: number): number {
  const index = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(index < size)) throw new UsageError(`--entry takes a number from 0 to ${size - 1}`)
  return index
}

function proofFrom(folder: string, index: number, size: number): string {
  const node = nodesFromTiles(size, (tile) => parseTile(read(folder, tilePath(tile)), tile.width))
  const bundle = Math.floor(index / tileWidth)
  const width = Math.min(tileWidth, size - bundle * tileWidth)
  const leaf = parseEntries(read(folder, entriesPath({ index: bundle, width })), width)[index % tileWidth]
  const { path } = proveInclusion(index, size, node)
  const checkpoint = fromUtf8(read(folder, exportFiles.checkpoint))
  return formatProof({ index, path, checkpoint, ...(leaf === undefined ? {} : { extra: leaf }) })
}
