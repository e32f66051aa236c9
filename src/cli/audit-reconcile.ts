/** Answers for `pouch audit reconcile`: two agencies' exports compared, each transfer that they do not both tell alike named. */
import { Command } from 'commander'
import { type Directory, ownerOfLedger, partyOf } from '../../protocol/directory.ts'
import { type Finding, isFault, type Reconciliation, reconcile } from '../../protocol/ledger/reconcile.ts'
import { beginSide, type Side } from '../../protocol/ledger/reconcile-side.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Answer, acting, answer, UsageError } from './answer.ts'
import { exportDirectory, requireExport } from './audit-trust.ts'
import { type AuditOptions, auditOptions } from './audit-verify.ts'
import { exportSize } from './export-files.ts'
import { readExport } from './export-folder.ts'
import { progressBar } from './progress.ts'
import { timeOf } from './trust.ts'

export function reconcileCommand(): Command {
  return auditOptions(new Command('reconcile'))
    .summary('compare the exports of two ledgers')
    .description(
      'Verify two parties’ exports, and compare what they say of the transfers between them: each that one has and the ' +
        'other lacks, each that differs, each gap in the numbering, and what is only in flight. Exit code 1 for a fault.',
    )
    .argument('<folder>', 'the folder of one export')
    .argument('<other>', 'the folder of the other')
    .addHelpText('after', '\nExample:\n  pouch audit reconcile est-ledger nld-ledger --roots 5d2f…')
    .action(
      acting<AuditOptions>((options, [folder = '', other = '']) =>
        reconcileFolders([folder, other], options),
      ),
    )
}

function reconcileFolders(folders: readonly [string, string], options: AuditOptions): Answer {
  for (const folder of folders) requireExport(folder)
  const now = timeOf(options.at)
  const directory = exportDirectory(folders, options, now)
  const [one, other] = folders.map((folder) => hostsOf(directory, folder))
  if (one === undefined || other === undefined || one.has([...other][0] ?? ''))
    throw new UsageError('both exports are of one gateway: name those of two')
  const a = read(folders[0], directory, now, one, other)
  const b = read(folders[1], directory, now, other, one)
  const found = reconcile(a, b)
  return answerOf(found, [a, b])
}

/** The parties that the gateway of the export's ledger serves. */
function hostsOf(directory: Directory, folder: string): ReadonlySet<PartyId> {
  const owner = ownerOfLedger(directory, exportSize(folder).origin)
  const { gateway } = partyOf(directory, owner)
  const served = [...directory.parties.values()].filter((party) => party.gateway === gateway)
  return new Set(served.map(({ id }) => id))
}

function read(
  folder: string,
  directory: Directory,
  now: Seconds,
  own: ReadonlySet<PartyId>,
  others: ReadonlySet<PartyId>,
): Side {
  const party = ownerOfLedger(directory, exportSize(folder).origin)
  const reading = beginSide({ party, own, others })
  const progress = progressBar(`entries of ${party}`)
  const { checkpoint } = readExport({ folder, directory, now, progress, reader: reading.read })
  return reading.side(checkpoint.at)
}

function answerOf({ transfers, both, findings }: Reconciliation, sides: readonly Side[]): Answer {
  const faults = findings.filter(isFault)
  const good = faults.length === 0
  const parties = sides.map(({ party }) => party)
  const verdict = good ? 'the ledgers agree' : `${faults.length} FAULTS`
  const lines = [
    `${parties.join(' and ')}: ${verdict}`,
    `  ${transfers} transfers between them, ${both} in both ledgers`,
    ...table(findings),
  ]
  const ledgers = sides.map(({ party, size, at, shredded }) => ({ party, size, at, shredded }))
  return answer(lines.join('\n'), { good, ledgers, transfers, both, findings }, good)
}

function table(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return []
  const rows = findings.map(({ kind, transfer, ledger, what, entries }) => [
    isFault({ kind }) ? kind.toUpperCase() : kind,
    transfer,
    ledger,
    entries.map((entry) => `${entry.ledger} ${entry.index}`).join(', ') || '-',
    what,
  ])
  const all = [['finding', 'transfer', 'ledger', 'entries', 'what'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
}
