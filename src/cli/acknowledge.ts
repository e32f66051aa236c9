/** Answers for `pouch acknowledge`: the recipient's signed word that goes back to the sender. */
import { Command, Option } from 'commander'
import { type Code, refusals } from '../../protocol/errors.ts'
import type { AcknowledgementInput } from '../client/client.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, answer, UsageError } from './answer.ts'

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
    .option('--code <code>', 'why it was refused')
    .addHelpText(
      'after',
      '\nExample:\n  pouch acknowledge 5f0c… --outcome refused --code bad-document --data nld',
    )
    .action(
      acting<AcknowledgeOptions>((options, [id = '']) =>
        atGateway(options, async (client) => {
          const { index, repeated } = await client.acknowledge(id, acknowledgementOf(options))
          const before = repeated ? ' before' : ''
          return answer(`envelope ${id} acknowledged${before} as ${options.outcome}, entry ${index}`, {
            id,
            index,
            repeated,
          })
        }),
      ),
    )
}

function acknowledgementOf({ outcome, code }: AcknowledgeOptions): AcknowledgementInput {
  if (outcome !== 'refused') return { outcome }
  if (code === undefined || !isCode(code))
    throw new UsageError('--code takes a code of the list of refusals, such as bad-document')
  return { outcome, code }
}

function isCode(text: string): text is Code {
  return Object.hasOwn(refusals, text)
}
