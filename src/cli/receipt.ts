/** Answers for `pouch receipt upgrade`: a receipt becomes a proof that witnesses vouch for, beside the ledger's own word. */
import { Command } from 'commander'
import { type Upgraded, upgradeReceipt } from '../client/upgrade.ts'
import { ProblemError } from '../client/problem-error.ts'
import { type Answer, acting, again, answer, SystemRefused, UsageError } from './answer.ts'
import { codeOf, readBytes, writeNew } from './files.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'

export function receiptCommand(): Command {
  return new Command('receipt')
    .summary('make more of a receipt')
    .description('Make more of a receipt than the word of the ledger that gave it.')
    .addCommand(upgradeCommand())
}

interface UpgradeOptions extends TrustOptions {
  readonly ledger?: string
  readonly out: string
}

function upgradeCommand(): Command {
  return trustOption(new Command('upgrade'))
    .summary('have a receipt witnessed')
    .description(
      'Read the newest witnessed checkpoint of the ledger that gave the receipt, verify that the ledger has only grown ' +
        'since, and write a C2SP tlog-proof of the entry under it.',
    )
    .argument('<receipt>', 'a receipt, - for standard input')
    .option('--ledger <url>', 'the exchange listener of the ledger’s gateway (default: that in the registry)')
    .requiredOption('--out <file>', 'where the proof goes')
    .addHelpText(
      'after',
      '\nExample:\n  pouch receipt upgrade receipt.cbor --out receipt.tlog-proof --data est',
    )
    .action(acting<UpgradeOptions>(upgrade))
}

async function upgrade(options: UpgradeOptions, [file = '-']: readonly string[]): Promise<Answer> {
  const { ledger, out } = options
  if (ledger !== undefined && URL.parse(ledger) === null) throw new UsageError('--ledger takes an address')
  const now = timeOf(undefined)
  const directory = trustedDirectory(options, now)
  const receipt = readBytes(file)
  const upgraded = await reaching(() => upgradeReceipt(receipt, directory, now, ledger))
  writeNew(out, upgraded.proof)
  return written(upgraded, options)
}

function written({ party, index, size, witnesses }: Upgraded, options: UpgradeOptions): Answer {
  const { out } = options
  const names = [...witnesses.keys()]
  const lines = [
    `entry ${index} of ${party}’s ledger is under ${size} entries that ${names.join(', ')} cosigned`,
    `  proof written to ${out}`,
    `  next: pouch verify ${out}${again(options)}`,
  ]
  return answer(lines.join('\n'), { party, entry: index, size, witnesses: names, out })
}

/** What stands between this and the ledger, in words. */
async function reaching<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ProblemError) throw new SystemRefused(error.message, error.next, { cause: error })
    const unanswered =
      error instanceof Error &&
      (error.name === 'TimeoutError' || (error instanceof TypeError && error.cause instanceof Error))
    if (!unanswered) throw error
    const why = codeOf(error.cause) ?? 'no answer in time'
    const next = 'try again later, or name the exchange listener of its gateway with --ledger'
    throw new SystemRefused(`the ledger’s gateway does not answer (${why})`, next, { cause: error })
  }
}
