/** Answers for `pouch inbox`: what waits for this party, and what an envelope holds. */
import { Command } from 'commander'
import { printMarking } from '../../protocol/label.ts'
import type { Client } from '../client/client.ts'
import type { ContentView, InboxItemView } from '../http/forms/inbox.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, again, answer, toDate, UsageError } from './answer.ts'
import { attestationLines, writeAttestations } from './attestations.ts'
import { writeNew } from './files.ts'
import { envelopeIn } from './reference.ts'

interface InboxOptions extends AgencyOptions {
  readonly envelope?: string
  readonly out?: string
}

export function inboxCommand(): Command {
  return agencyOption(new Command('inbox'))
    .summary('list what waits, or open one envelope')
    .description(
      'List the envelopes for this party; with an id, show what that envelope holds, opened by the gateway.',
    )
    .argument('[id]', 'id of an envelope')
    .option('--out <folder>', 'with an id: write each attestation to a file in this folder')
    .option('--envelope <file>', 'with an id: write the envelope itself to a file, unopened')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch inbox --data nld\n  pouch inbox 5f0c… --out attestations --data nld',
    )
    .action(acting<InboxOptions>(inbox))
}

function inbox(options: InboxOptions, [given]: readonly string[]): Promise<Answer> {
  const id = given === undefined ? undefined : envelopeIn(given)
  const { out, envelope } = options
  if (id === undefined && (out !== undefined || envelope !== undefined)) {
    throw new UsageError('--out and --envelope go with the id of an envelope')
  }
  if (out !== undefined && envelope !== undefined) throw new UsageError('--out or --envelope, not both')
  return atGateway(options, async (client) => {
    if (id === undefined) return listed(await all(client.inbox()))
    return envelope === undefined ? opened(await client.content(id), options) : fetched(client, id, envelope)
  })
}

async function fetched(client: Client, id: string, out: string): Promise<Answer> {
  const bytes = await client.fetch(id)
  writeNew(out, bytes)
  return answer(`${bytes.length} bytes written to ${out}`, { id, bytes: bytes.length, out })
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function listed(items: readonly InboxItemView[]): Answer {
  const lines = items.map(({ id, issuer, label, purpose, state, issuedAt }) => {
    const marking = printMarking(label.policy, label.marking)
    return `${id}  ${toDate(issuedAt)}  ${issuer.padEnd(9)}  ${state.padEnd(9)}  ${marking}, for ${purpose}`
  })
  return answer(lines.length === 0 ? 'the inbox is empty' : lines.join('\n'), { items })
}

function opened(content: ContentView, options: InboxOptions): Answer {
  const files = options.out === undefined ? [] : writeAttestations(options.out, content.attestations)
  const lines = content.attestations.flatMap((attestation, i) => attestationLines(attestation, files[i]))
  const next = `  next: pouch acknowledge ${content.id}${again(options)}`
  const heading = `envelope ${content.id} from ${content.issuer}`
  return answer([heading, ...lines, next].join('\n'), { ...content, files })
}
