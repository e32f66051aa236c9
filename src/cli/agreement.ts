/** Answers for `pouch agreement`: agreements signed by their own parties, and suspended by them at once. */
import { Command } from 'commander'
import { combineCommand, showCommand, signCommand } from './agreement-ceremony.ts'
import { listCommand, profileCommand } from './agreement-shown.ts'
import { resumeCommand, suspendCommand } from './agreement-suspension.ts'

export function agreementCommand(): Command {
  return new Command('agreement')
    .summary('sign, list, suspend and resume agreements')
    .description(
      'Sign the agreements of a registry proposal as one of their parties; list, suspend and resume those in force.',
    )
    .addHelpText(
      'after',
      `
Example, before the roots sign a version of the registry:
  pouch agreement show registry-2.proposal
  pouch agreement sign registry-2.proposal --party EST --out est.signatures --data est
  pouch agreement combine registry-2.proposal est.signatures nld.signatures --out registry-2.signed.proposal
and when relations change:
  pouch agreement suspend est-nld-security --reason relations --data est`,
    )
    .addCommand(listCommand())
    .addCommand(suspendCommand())
    .addCommand(resumeCommand())
    .addCommand(showCommand())
    .addCommand(signCommand())
    .addCommand(combineCommand())
    .addCommand(profileCommand())
}
