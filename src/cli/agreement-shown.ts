/** Answers for showing agreements: those in force at the gateway, and the profiles that a plan can begin from. */
import { Argument, Command } from 'commander'
import type { AgreementsView } from '../http/forms/agreement.ts'
import { type ProfileName, profileNames, shippedProfile } from '../registry/profile.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate, toJson } from './answer.ts'

export function listCommand(): Command {
  return agencyOption(new Command('list'))
    .summary('list the agreements in force, and who has suspended them')
    .description('List the agreements of the registry in force at the gateway, as they stand now.')
    .addHelpText('after', '\nExample:\n  pouch agreement list --data est')
    .action(
      acting<AgencyOptions>((options) =>
        atGateway(options, async (client) => listed((await client.agreements()).agreements)),
      ),
    )
}

function listed(agreements: AgreementsView['agreements']): Answer {
  const lines = agreements.map(({ id, first, second, direction, state, suspendedBy, until }) => {
    const between = `${first.join(', ')} ${direction === 'both' ? '↔' : '→'} ${second.join(', ')}`
    const suspended = suspendedBy.length === 0 ? '' : `, SUSPENDED by ${suspendedBy.join(', ')}`
    const ends = until === undefined ? '' : `, until ${toDate(until)}`
    return `${id}: ${between}; ${state ?? 'not yet signed'}${suspended}${ends}`
  })
  return answer(lines.join('\n') || 'no agreements', { agreements })
}

export function profileCommand(): Command {
  return new Command('profile')
    .summary('print agreements to begin from')
    .description(
      'Print a profile as JSON: agreements of a kind, with the groups and schemes that they need. A plan names its file ' +
        'under `profiles`.',
    )
    .addArgument(new Argument('<name>', 'which').choices(profileNames))
    .addHelpText('after', '\nExample:\n  pouch agreement profile bilateral > bilateral.json')
    .action(
      acting<GlobalOptions>((_, [name = '']) => {
        // The parser lets no other word pass.
        const profile = shippedProfile(name as ProfileName)
        return answer(toJson(profile), profile)
      }),
    )
}
