/** Answers for `pouch ledger`: what an officer, or the operator, does with the gateway's own ledger. */
import { Command } from 'commander'
import { shredCommand } from './ledger-shred.ts'
import { succeedCommand } from './ledger-succeed.ts'

export function ledgerCommand(): Command {
  return new Command('ledger')
    .summary('look after the gateway’s own ledger')
    .description('Delete the records of finished transfers; continue a lost ledger in a new one.')
    .addCommand(shredCommand())
    .addCommand(succeedCommand())
}
