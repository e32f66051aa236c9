/** Answers for `pouch status`: how far a transfer has come, recipient by recipient. */
import { Command } from 'commander'
import type { StatusView } from '../http/forms/inbox.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'

export function statusCommand(): Command {
  return agencyOption(new Command('status'))
    .summary('show how far a transfer has come')
    .description('Show how far a transfer has come, recipient by recipient.')
    .argument('<id>', 'id of the envelope')
    .addHelpText('after', '\nExample:\n  pouch status 5f0c… --data est')
    .action(
      acting<AgencyOptions>((options, [id = '']) =>
        atGateway(options, async (client) => shown(await client.status(id))),
      ),
    )
}

function shown(status: StatusView): Answer {
  const lines = status.recipients.map(({ party, relay, code, acknowledgement }) => {
    const answered =
      acknowledgement === undefined ? '' : `, ${acknowledgement.outcome} at ${toDate(acknowledgement.at)}`
    return `  ${party}: ${relay}${code === undefined ? '' : ` (${code})`}${answered}`
  })
  const heading = `envelope ${status.id} from ${status.issuer}, entry ${status.index}, accepted ${toDate(status.acceptedAt)}`
  return answer([heading, ...lines].join('\n'), status)
}
