/** Answers for `pouch ledger`: what an officer does with the gateway's own ledger. */
import { Command } from 'commander'
import { shredCommand } from './ledger-shred.ts'

export function ledgerCommand(): Command {
  return new Command('ledger')
    .summary('look after the gateway’s own ledger')
    .description('Delete the records of finished transfers.')
    .addCommand(shredCommand())
}
