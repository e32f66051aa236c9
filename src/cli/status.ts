/** Answers for `pouch status`: how far a transfer has come, recipient by recipient. */
import { Command } from 'commander'
import type { StatusView } from '../http/forms/inbox.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'
import { envelopeIn } from './reference.ts'

export function statusCommand(): Command {
  return agencyOption(new Command('status'))
    .summary('show how far a transfer has come')
    .description('Show how far a transfer has come, recipient by recipient.')
    .argument('<id>', 'id of the envelope')
    .addHelpText('after', '\nExample:\n  pouch status 5f0c… --data est')
    .action(
      acting<AgencyOptions>((options, [given = '']) => {
        const id = envelopeIn(given)
        return atGateway(options, async (client) => shown(await client.status(id)))
      }),
    )
}

type Recipient = StatusView['recipients'][number]

const relayWords: Readonly<Record<Recipient['relay'], string>> = {
  held: 'held here',
  here: 'in the inbox of this gateway',
  waiting: 'not at its gateway yet, and tried again',
  done: 'at its gateway',
  refused: 'its gateway refused it',
  failed: 'it expired before its gateway took it',
}

function answerOf({ outcome, code, at }: NonNullable<Recipient['acknowledgement']>): string {
  return `${outcome}${code === undefined ? '' : ` (${code})`} at ${toDate(at)}`
}

function shown(status: StatusView): Answer {
  const lines = status.recipients.map(({ party, relay, code, acknowledgement }) => {
    const answered = acknowledgement === undefined ? 'not acknowledged yet' : answerOf(acknowledgement)
    return `  ${party}: ${relayWords[relay]}${code === undefined ? '' : ` (${code})`}; ${answered}`
  })
  const heading = `envelope ${status.id} from ${status.issuer}, entry ${status.index}, accepted ${toDate(status.acceptedAt)}`
  const waits =
    status.state === 'held'
      ? [
          `  held until ${status.quorum} of the witnesses ${status.quorum === 1 ? 'has' : 'have'} cosigned the ledger`,
        ]
      : []
  return answer([heading, ...waits, ...lines].join('\n'), status)
}
