/** Answers for `pouch audit`: what an auditor does with a ledger, most of it offline on an export. */
import { Command } from 'commander'
import { type Loading, named } from './loading.ts'

const commands: Readonly<Record<string, Loading>> = {
  export: async () => (await import('./audit-export.ts')).exportCommand(),
  verify: async () => (await import('./audit-verify.ts')).verifyCommand(),
  prove: async () => (await import('./audit-prove.ts')).proveCommand(),
  disclose: async () => (await import('./audit-disclose.ts')).discloseCommand(),
  replay: async () => (await import('./audit-replay.ts')).replayCommand(),
  reconcile: async () => (await import('./audit-reconcile.ts')).reconcileCommand(),
  watch: async () => (await import('./audit-watch.ts')).watchCommand(),
}

export async function auditCommand(args: readonly string[]): Promise<Command> {
  const audit = new Command('audit')
    .summary('export, verify, replay and compare ledgers')
    .description('Export a ledger; verify, replay, compare and prove it offline; follow one that is live.')
  for (const command of await named(commands, args)) audit.addCommand(command)
  return audit
}
