/** Answers for `pouch history`: which transfers were permitted and which refused, and why, searched from the newest back. */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Client, HistoryInput } from '../client/client.ts'
import { transferEvents } from '../exchange/history-page.ts'
import type { HistoryLineView } from '../http/forms/history.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate, UsageError } from './answer.ts'
import { timeOf } from './trust.ts'

interface HistoryOptions extends AgencyOptions, Pick<HistoryInput, 'party' | 'from' | 'to' | 'ground'> {
  readonly refused?: boolean
  readonly permitted?: boolean
  readonly event?: (typeof transferEvents)[number]
  readonly since?: string
  readonly until?: string
  readonly limit: number
}

export function historyCommand(): Command {
  return agencyOption(new Command('history'))
    .summary('search permitted and refused transfers')
    .description(
      'List transfers, the newest first, from the records of the gateway’s ledger. Needs the officer or auditor role.',
    )
    .argument('[id]', 'id of an envelope, or its beginning')
    .option('--refused', 'only what was refused, or failed')
    .option('--permitted', 'only what was permitted')
    .option('--party <id>', 'sent by this party, to it, or relayed by it')
    .option('--from <id>', 'sent by this party')
    .option('--to <id>', 'sent to this party')
    .option('--ground <code>', 'refused on this ground, such as above-ceiling, or with this code')
    .addOption(new Option('--event <event>', 'only this event').choices(transferEvents))
    .option('--since <time>', 'from this time on')
    .option('--until <time>', 'before this time')
    .option('--limit <n>', 'lines at most', wholeNumber, 50)
    .addHelpText(
      'after',
      '\nExamples:\n  pouch history --refused --since 2026-11-01 --data est\n  pouch history --ground above-ceiling --to NLD --data est',
    )
    .action(
      acting<HistoryOptions>((options, [id]) => atGateway(options, (client) => search(client, options, id))),
    )
}

function wholeNumber(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('a whole number from 1 to 999999')
}

async function search(client: Client, options: HistoryOptions, id: string | undefined): Promise<Answer> {
  const lines: HistoryLineView[] = []
  for await (const line of client.history(queryOf(options, id))) {
    lines.push(line)
    if (lines.length === options.limit) break
  }
  const text = lines.length === 0 ? 'no transfer fits' : lines.flatMap(shown).join('\n')
  return answer(text, { lines })
}

function queryOf(options: HistoryOptions, id: string | undefined): HistoryInput {
  const { refused, permitted, event, party, from, to, ground, since, until } = options
  if (refused === true && permitted === true) throw new UsageError('--refused or --permitted, not both')
  const outcome = refused === true ? 'refused' : permitted === true ? 'permitted' : undefined
  return {
    ...(outcome && { outcome }),
    ...(event && { event }),
    ...(party && { party }),
    ...(from && { from }),
    ...(to && { to }),
    ...(ground && { ground }),
    ...(id !== undefined && { transfer: id.toLowerCase() }),
    ...(since !== undefined && { since: timeOf(since) }),
    ...(until !== undefined && { until: timeOf(until) }),
  }
}

function shown(line: HistoryLineView): readonly string[] {
  const { index, at, event, transfer, from, to, marking, detail, grounds } = line
  const way = `${from} → ${to.join(', ') || 'nobody'}`
  const about = [marking, line.purpose && `for ${line.purpose}`, line.agreement && `under ${line.agreement}`]
  const said = about.filter((each) => each !== undefined).join(', ')
  return [
    `${String(index).padStart(7)}  ${toDate(at)}  ${event.padEnd(21)}  ${way}  ${transfer}`,
    ...(said === '' ? [] : [`         ${said}`]),
    ...[...grounds, ...(detail === undefined ? [] : [detail])].map((why) => `         ${why}`),
  ]
}
