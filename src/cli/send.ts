/** Answers for `pouch send`: a request (JSON) that the gateway packages, or a sealed envelope as it is. */
import { Command } from 'commander'
import type { Client } from '../client/client.ts'
import { packageForm, type SubmissionView } from '../http/forms/submission.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, again, answer, UsageError } from './answer.ts'
import { parseJson, readBytes, writeNew } from './files.ts'
import { formed } from './formed.ts'
import { statedIn, type StatedOptions, statedOptions, withStated } from './stated.ts'

interface SendOptions extends AgencyOptions, StatedOptions {
  readonly receipt?: string
  readonly key?: string
}

export function sendCommand(): Command {
  return statedOptions(agencyOption(new Command('send')))
    .summary('send attestations or a sealed envelope')
    .description(
      'Send a request (JSON: attestations, label, recipients, purpose), which the gateway signs and seals, or an ' +
        'envelope that is sealed already.',
    )
    .argument(
      '<file>',
      'a request or an envelope, - for standard input; `pouch example request` prints a request',
    )
    .option('--receipt <file>', 'where the receipt goes')
    .option('--key <text>', 'with a request: sent again under the same key, it gets the first answer')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch send request.json --receipt receipt.cbor --data est\n' +
        '  pouch send request.json --key visit-2027-114 --data est\n' +
        '  pouch send request.json --need-to-know visit-2027-114 --reader-clearance 3 --reader-nationality NLD --data est\n' +
        '  pouch send envelope.cose --data est',
    )
    .action(
      acting<SendOptions>((options, [file = '']) => {
        const send = sending(readBytes(file), file, options)
        return atGateway(options, async (client) => sent(await send(client), options))
      }),
    )
}

const openingBrace = 0x7b
const blanks: readonly number[] = [0x20, 0x09, 0x0a, 0x0d]

/** JSON begins with a brace; an envelope does not. Read and formed before a gateway is asked for anything. */
function sending(
  bytes: Uint8Array,
  file: string,
  options: SendOptions,
): (client: Client) => Promise<SubmissionView> {
  const { key } = options
  if (bytes.find((byte) => !blanks.includes(byte)) === openingBrace) {
    const request = withStated(formed(packageForm, parseJson(bytes, file), file), options)
    return (client) => client.package(request, key)
  }
  if (key !== undefined) throw new UsageError('--key goes with a request: an envelope has its own id')
  if (statedIn(options) !== undefined)
    throw new UsageError('what is stated goes with a request: an envelope is signed with what it states')
  return (client) => client.submit(bytes)
}

function sent(submission: SubmissionView, options: SendOptions): Answer {
  const { id, index, state, repeated, receipt: bytes } = submission
  const { receipt } = options
  if (receipt !== undefined) writeNew(receipt, bytes)
  const lines = [
    `envelope ${id} ${repeated ? 'was accepted before; this is the first answer' : 'is accepted'}`,
    ...(state === 'held' ? ['  held until witnesses have cosigned the ledger; then it goes on its way'] : []),
    `  entry ${index} of the gateway’s ledger${receipt === undefined ? '' : `, receipt in ${receipt}`}`,
    `  next: pouch status ${id}${again(options)}`,
  ]
  return answer(lines.join('\n'), submission)
}
