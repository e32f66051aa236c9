/** Answers for `pouch inbox`: what waits for this party, and what an envelope holds. */
import { Command } from 'commander'
import { printMarking } from '../../protocol/label.ts'
import type { ContentView, InboxItemView } from '../http/forms/inbox.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'
import { writeNew } from './files.ts'

interface InboxOptions extends AgencyOptions {
  readonly out?: string
}

export function inboxCommand(): Command {
  return agencyOption(new Command('inbox'))
    .summary('list what waits, or open one envelope')
    .description(
      'List the envelopes for this party; with an id, show what that envelope holds, opened by the gateway.',
    )
    .argument('[id]', 'id of an envelope')
    .option('--out <file>', 'write the envelope itself to a file, unopened')
    .addHelpText('after', '\nExample:\n  pouch inbox --data nld')
    .action(acting<InboxOptions>(inbox))
}

function inbox(options: InboxOptions, [id]: readonly string[]): Promise<Answer> {
  return atGateway(options, async (client) => {
    if (id === undefined) return listed(await all(client.inbox()))
    if (options.out === undefined) return opened(await client.content(id))
    const bytes = await client.fetch(id)
    writeNew(options.out, bytes)
    return answer(`${bytes.length} bytes written to ${options.out}`, {
      id,
      bytes: bytes.length,
      out: options.out,
    })
  })
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function listed(items: readonly InboxItemView[]): Answer {
  const lines = items.map(
    ({ id, issuer, label, purpose, state, issuedAt }) =>
      `${id}  ${toDate(issuedAt)}  ${issuer.padEnd(9)} ${printMarking(label.policy, label.marking)}, for ${purpose}: ${state}`,
  )
  return answer(lines.length === 0 ? 'nothing waits' : lines.join('\n'), { items })
}

function opened(content: ContentView): Answer {
  const lines = content.attestations.flatMap(({ subject, issuer, clearance, identifiers }) => [
    `  ${subject}: ${printMarking(clearance.scheme, clearance.level)} until ${toDate(clearance.validUntil)}, stated by ${issuer}`,
    ...Object.entries(identifiers).map(([name, value]) => `    ${name}: ${value}`),
  ])
  const next = `  next: pouch acknowledge ${content.id}`
  return answer([`envelope ${content.id} from ${content.issuer}`, ...lines, next].join('\n'), content)
}
