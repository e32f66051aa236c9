/** Answers for `pouch audit verify`: a whole export hashed again, every check named. */
import { Command } from 'commander'
import { report } from '../../protocol/report.ts'
import { type Answer, acting } from './answer.ts'
import { exportDirectory, requireExport } from './audit-trust.ts'
import { examined } from './examined.ts'
import { exportChecks, type VerifiedExport, verifyExport } from './export-folder.ts'
import { progressBar } from './progress.ts'
import { type TrustOptions, timeOf, trustOption } from './trust.ts'

export interface AuditOptions extends TrustOptions {
  readonly at?: string
}

/** What verifying an export takes, in every command that does. */
export function auditOptions(command: Command): Command {
  return trustOption(command).option('--at <time>', 'verify as of this time (default: now)')
}

export function verifyCommand(): Command {
  return auditOptions(new Command('verify'))
    .summary('hash a whole export again')
    .description(
      'Verify an export offline: every leaf, link, tile and shown record, the signed root, and the roots of all receipts. ' +
        'With --roots alone, the registry is the export’s own, accepted from these roots on.',
    )
    .argument('<folder>', 'the folder of an export')
    .addHelpText('after', '\nExample:\n  pouch audit verify est-ledger --roots 5d2f…')
    .action(acting<AuditOptions>((options, [folder = '']) => auditFolder(folder, options)))
}

export function auditFolder(folder: string, options: AuditOptions): Answer {
  requireExport(folder)
  const now = timeOf(options.at)
  const directory = exportDirectory([folder], options, now)
  let found: VerifiedExport | undefined
  const checks = report(exportChecks, (trace) => {
    found = verifyExport(folder, directory, now, progressBar('entries'), trace)
  })
  const good = checks.every(({ outcome }) => outcome !== 'fail')
  const facts = found === undefined ? {} : factsOf(found)
  return examined(folder, { kind: 'ledger-export', good, checks, facts })
}

function factsOf({ party, origin, size, records, roots, timeStamps, witnesses, checkpoint }: VerifiedExport) {
  return {
    ...{ ledger: origin, party, entries: size, 'records shown': records, shredded: size - records },
    ...{ 'roots signed': roots, 'time stamps': timeStamps, 'checkpoint at': checkpoint.at },
    'witnessed by': witnesses.length === 0 ? 'nobody' : witnesses,
  }
}
