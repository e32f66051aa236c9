/** Answers for `pouch policy`: what a registry's rules permit, asked, proved, drawn, compared and tested, all of it offline. */
import { Command } from 'commander'
import { type Loading, named } from './loading.ts'

const commands: Readonly<Record<string, Loading>> = {
  explain: async () => (await import('./policy-explain.ts')).explainCommand(),
  check: async () => (await import('./policy-check.ts')).checkCommand(),
  matrix: async () => (await import('./policy-matrix.ts')).matrixCommand(),
  diff: async () => (await import('./policy-diff.ts')).diffCommand(),
  test: async () => (await import('./policy-test.ts')).testCommand(),
  module: async () => (await import('./policy-module.ts')).moduleCommand(),
}

export async function policyCommand(args: readonly string[]): Promise<Command> {
  const policy = new Command('policy')
    .summary('explain, prove, draw, compare and test what the rules permit')
    .description(
      'Explain, prove, draw, compare and test what the rules of a registry permit. Each command takes a registry or a ' +
        'proposal, whose signatures it does not verify, or else the registry that the data folder trusts.',
    )
    .addHelpText(
      'after',
      `
Examples:
  pouch policy matrix registry.cose
  pouch policy explain registry.cose --from EST --to NLD --label 'NATO SECRET//REL TO NLD' --purpose visit
  pouch policy check registry-2.proposal
  pouch policy diff registry.cose registry-2.proposal
  pouch policy test table.yaml registry-2.proposal
  pouch policy module check est.cedar registry.cose`,
    )
  for (const command of await named(commands, args)) policy.addCommand(command)
  return policy
}
