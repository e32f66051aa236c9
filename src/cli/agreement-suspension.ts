/** Answers for suspending an agreement from the command line, and for the end of that. */
import { Command, Option } from 'commander'
import { type Reason, reasons } from '../../protocol/suspension.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer } from './answer.ts'

interface SuspendOptions extends AgencyOptions {
  readonly reason: Reason
}

export function suspendCommand(): Command {
  return agencyOption(new Command('suspend'))
    .summary('suspend an agreement of this party, at once')
    .description(
      'Have the gateway sign a notice that suspends an agreement of its party. Nothing is permitted under it from the next ' +
        'decision on, and every other gateway is told. Needs the role officer.',
    )
    .argument('<agreement>', 'id of the agreement')
    .addOption(new Option('--reason <kind>', 'what kind of reason').choices(reasons).makeOptionMandatory())
    .addHelpText(
      'after',
      '\nExample:\n  pouch agreement suspend est-nld-security --reason relations --data est',
    )
    .action(
      acting<SuspendOptions>((options, [agreement = '']) =>
        atGateway(options, async (client) => {
          const { reason } = options
          const { index, repeated } = await client.giveNotice({ agreement, kind: 'suspend', reason })
          return told(`${agreement} is suspended by this party`, index, repeated)
        }),
      ),
    )
}

export function resumeCommand(): Command {
  return agencyOption(new Command('resume'))
    .summary('end this party’s suspension of an agreement')
    .description(
      'Have the gateway sign a notice that ends its party’s own suspension of an agreement. Needs the role officer.',
    )
    .argument('<agreement>', 'id of the agreement')
    .addHelpText('after', '\nExample:\n  pouch agreement resume est-nld-security --data est')
    .action(
      acting<AgencyOptions>((options, [agreement = '']) =>
        atGateway(options, async (client) => {
          const { index, repeated } = await client.giveNotice({ agreement, kind: 'resume' })
          return told(`${agreement} is not suspended by this party any more`, index, repeated)
        }),
      ),
    )
}

function told(what: string, index: number, repeated: boolean): Answer {
  const since = repeated ? `since entry ${index}, as before` : `from entry ${index} on`
  return answer(`${what}, ${since}`, { index, repeated })
}
