/** Answers for `pouch audit`: what an auditor does with a ledger, most of it offline on an export. */
import { Command } from 'commander'
import { discloseCommand } from './audit-disclose.ts'
import { exportCommand } from './audit-export.ts'
import { proveCommand } from './audit-prove.ts'
import { reconcileCommand } from './audit-reconcile.ts'
import { replayCommand } from './audit-replay.ts'
import { verifyCommand } from './audit-verify.ts'
import { watchCommand } from './audit-watch.ts'

export function auditCommand(): Command {
  return new Command('audit')
    .summary('export, verify, replay and compare ledgers')
    .description('Export a ledger; verify, replay, compare and prove it offline; follow one that is live.')
    .addCommand(exportCommand())
    .addCommand(verifyCommand())
    .addCommand(proveCommand())
    .addCommand(discloseCommand())
    .addCommand(replayCommand())
    .addCommand(reconcileCommand())
    .addCommand(watchCommand())
}
