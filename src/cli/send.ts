/** Answers for `pouch send`: a request (JSON) that the gateway packages, or a sealed envelope as it is. */
import { Command } from 'commander'
import type { Client } from '../client/client.ts'
import { packageForm, type SubmissionView } from '../http/forms/submission.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer } from './answer.ts'
import { readBytes, readJsonFile, writeNew } from './files.ts'
import { formed } from './formed.ts'

interface SendOptions extends AgencyOptions {
  readonly receipt?: string
}

export function sendCommand(): Command {
  return agencyOption(new Command('send'))
    .summary('send attestations or a sealed envelope')
    .description(
      'Send a request (JSON: attestations, label, recipients, purpose) or a sealed envelope (.cose).',
    )
    .argument('<file>', 'a request in JSON, or an envelope')
    .option('--receipt <file>', 'where the receipt goes')
    .addHelpText('after', '\nExample:\n  pouch send request.json --data est --receipt receipt.cbor')
    .action(
      acting<SendOptions>((options, [file = '']) =>
        atGateway(options, async (client) => sent(await submit(client, file), options)),
      ),
    )
}

async function submit(client: Client, file: string): Promise<SubmissionView> {
  if (file.endsWith('.json')) return client.package(formed(packageForm, readJsonFile(file), file))
  return client.submit(readBytes(file))
}

function sent(submission: SubmissionView, { receipt }: SendOptions): Answer {
  const { id, index, repeated, receipt: bytes } = submission
  if (receipt !== undefined) writeNew(receipt, bytes)
  const lines = [
    `envelope ${id} accepted${repeated ? ' before; this is the first answer' : ''}`,
    `  entry ${index} of the gateway’s ledger${receipt === undefined ? '' : `, receipt in ${receipt}`}`,
    `  next: pouch status ${id}`,
  ]
  return answer(lines.join('\n'), submission)
}
