/** Answers for `pouch ledger shred`: the records of finished transfers deleted, with an entry that says which. */
import { Command } from 'commander'
import type { Client } from '../client/client.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, answer, UsageError } from './answer.ts'
import { timeOf } from './trust.ts'

interface ShredOptions extends AgencyOptions {
  readonly transfer?: string
  readonly before?: string
}

export function shredCommand(): Command {
  return agencyOption(new Command('shred'))
    .summary('delete the records of finished transfers')
    .description(
      'Delete the records of finished transfers and the keys that they are proven by, with an entry that names them. Every ' +
        'proof, receipt and audit stays valid, and tells of a shredded entry. Needs the role officer.',
    )
    .option('--transfer <id>', 'the records of one transfer; refused while it is not finished')
    .option(
      '--before <time>',
      'the records from before this time; transfers that are not finished keep theirs',
    )
    .addHelpText('after', '\nExample:\n  pouch ledger shred --before 2025-01-01 --data est')
    .action(
      acting<ShredOptions>((options) => {
        const wanted = wantedBy(options)
        return atGateway(options, async (client) => {
          const { indexes, unfinished } = await shredAll(client, wanted)
          const kept = unfinished.map((transfer) => `\n  kept, because it is not finished: ${transfer}`)
          const text = `${indexes.length} records are shredded${kept.join('')}`
          return answer(text, { shredded: indexes, unfinished })
        })
      }),
    )
}

type Wanted = { readonly transfer: string } | { readonly before: number }

function wantedBy({ transfer, before }: ShredOptions): Wanted {
  if (transfer !== undefined && before === undefined) return { transfer }
  if (before !== undefined && transfer === undefined) return { before: timeOf(before) }
  throw new UsageError('choose by one of --transfer and --before')
}

async function shredAll(client: Client, wanted: Wanted) {
  const indexes: number[] = []
  const unfinished = new Set<string>()
  for (let from: number | null = 0; from !== null; ) {
    const page: Awaited<ReturnType<Client['shred']>> = await client.shred({ ...wanted, from })
    indexes.push(...page.indexes)
    for (const transfer of page.unfinished) unfinished.add(transfer)
    from = page.next
  }
  return { indexes, unfinished: [...unfinished] }
}
