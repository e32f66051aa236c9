/** Answers for suspensions that a policy command asks the party's own gateway for: no registry has those declared since. */
import type { Command } from 'commander'
import type { Rules } from '../../protocol/policy/rules.ts'
import { withSuspensions } from '../../protocol/policy/standing-suspensions.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import type { Answer } from './answer.ts'

export interface SuspensionOptions extends AgencyOptions {
  readonly suspensions?: true
}

export function suspensionOption(command: Command): Command {
  return agencyOption(
    command.option('--suspensions', 'ask the party’s gateway which agreements are suspended now'),
  )
}

/** Runs with the rules as they are, or as the gateway says that they stand. */
export async function asSuspended(
  options: SuspensionOptions,
  rules: Rules,
  run: (rules: Rules) => Answer,
): Promise<Answer> {
  if (options.suspensions !== true) return run(rules)
  return atGateway(options, async (client) => {
    const { agreements } = await client.agreements()
    const standing = agreements.flatMap(({ id, suspendedBy }) =>
      suspendedBy.map((by) => ({ agreement: id, by, from: 0 })),
    )
    return run(withSuspensions(rules, standing))
  })
}
