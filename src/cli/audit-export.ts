/** Answers for `pouch audit export`: a ledger as of its newest checkpoint, with its records, in one folder. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { exportLedger } from '../client/export.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, again, answer, UsageError } from './answer.ts'
import { progressBar } from './progress.ts'

interface ExportOptions extends AgencyOptions {
  readonly out: string
}

export function exportCommand(): Command {
  return agencyOption(new Command('export'))
    .summary('export the ledger to a folder')
    .description(
      'Export the ledger as of its newest checkpoint, with its records, to a folder. Needs the role auditor.',
    )
    .requiredOption('--out <folder>', 'a folder that does not exist yet')
    .addHelpText('after', '\nExample:\n  pouch audit export --out est-ledger --data est')
    .action(
      acting<ExportOptions>((options) => {
        if (existsSync(options.out))
          throw new UsageError(`cannot make ${options.out}: it is there already; name another`)
        if (!existsSync(path.dirname(path.resolve(options.out))))
          throw new UsageError(`cannot make ${options.out}: there is no such folder to make it in`)
        return atGateway(options, async (client) => {
          const exported = await exportLedger(client, options.out, progressBar('entries'))
          const next = `  next: pouch audit verify ${options.out}${again(options)}`
          return answer(`${exported.size} entries of ${exported.origin} in ${options.out}\n${next}`, exported)
        })
      }),
    )
}
