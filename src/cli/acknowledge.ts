/** Answers for `pouch acknowledge`: the recipient's signed word that goes back to the sender. */
import { Command, Option } from 'commander'
import { type Code, refusals } from '../../protocol/errors.ts'
import type { AcknowledgementInput } from '../client/client.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, answer, UsageError } from './answer.ts'
import { envelopeIn } from './reference.ts'

interface AcknowledgeOptions extends AgencyOptions {
  readonly outcome: 'consigned' | 'opened' | 'refused'
  readonly code?: string
}

export function acknowledgeCommand(): Command {
  const outcome = new Option('--outcome <outcome>', 'what became of it')
    .choices(['consigned', 'opened', 'refused'])
    .default('opened')
  return agencyOption(new Command('acknowledge'))
    .summary('acknowledge an envelope to its sender')
    .description('Sign what became of an envelope, enter it, and send it back to the sender.')
    .argument('<id>', 'id of the envelope')
    .addOption(outcome)
    .option('--code <code>', 'with --outcome refused: why, as a code of the list of refusals')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch acknowledge 5f0c… --data nld\n  pouch acknowledge 5f0c… --outcome refused --code bad-document --data nld',
    )
    .action(
      acting<AcknowledgeOptions>((options, [given = '']) => {
        const id = envelopeIn(given)
        const acknowledgement = acknowledgementOf(options)
        return atGateway(options, async (client) => {
          const { index, repeated } = await client.acknowledge(id, acknowledgement)
          const { outcome } = options
          const text = `envelope ${id} ${repeated ? 'was' : 'is'} acknowledged as ${outcome}`
          return answer(`${text}\n  entry ${index} of the gateway’s ledger`, { id, outcome, index, repeated })
        })
      }),
    )
}

function acknowledgementOf({ outcome, code }: AcknowledgeOptions): AcknowledgementInput {
  if (outcome !== 'refused') {
    if (code !== undefined) throw new UsageError('--code goes with --outcome refused')
    return { outcome }
  }
  if (code === undefined || !isCode(code))
    throw new UsageError('--code takes a code of the list of refusals, such as bad-document')
  return { outcome, code }
}

function isCode(text: string): text is Code {
  return Object.hasOwn(refusals, text)
}
