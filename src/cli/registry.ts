/** Answers for `pouch registry`: the signed directory of parties, keys and agreements, from its making to its use. */
import { Command } from 'commander'
import { combineCommand, proposeCommand, signCommand } from './registry-ceremony.ts'
import { conflictsCommand } from './registry-conflicts.ts'
import { fetchCommand, refreshCommand } from './registry-gateway.ts'
import { partyCommand } from './registry-party.ts'
import { publishCommand } from './registry-publish.ts'
import { rootsCommand, showCommand } from './registry-shown.ts'
import { trustCommand } from './registry-trust.ts'

export function registryCommand(): Command {
  return new Command('registry')
    .summary('make, read, trust and publish the registry')
    .description(
      'Make, read, trust and publish the registry: the signed directory of parties, keys and agreements.',
    )
    .addHelpText(
      'after',
      `
Example, at the signers:
  pouch example plan > plan.json
  pouch registry propose plan.json --out registry-1.proposal
  pouch registry sign registry-1.proposal --data signer-a --out a.signature
  pouch registry combine registry-1.proposal a.signature b.signature --out registry.cose
and at every party:
  pouch registry trust registry.cose --roots 5d2f… --data est`,
    )
    .addCommand(proposeCommand())
    .addCommand(signCommand())
    .addCommand(combineCommand())
    .addCommand(showCommand())
    .addCommand(partyCommand())
    .addCommand(rootsCommand())
    .addCommand(trustCommand())
    .addCommand(publishCommand())
    .addCommand(fetchCommand())
    .addCommand(refreshCommand())
    .addCommand(conflictsCommand())
}
