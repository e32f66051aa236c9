/** Answers for `pouch registry publish`: a version given to the own gateway, or to those of other parties that are named. */
import { Command, InvalidArgumentError } from 'commander'
import { isPublicOrigin } from '../settings.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer } from './answer.ts'
import { readBytes } from './files.ts'
import { toOthers } from './registry-told.ts'
import { trustedRegistry } from './trust.ts'

interface PublishOptions extends AgencyOptions {
  readonly to?: readonly string[]
}

export function publishCommand(): Command {
  return agencyOption(new Command('publish'))
    .summary('give gateways the next version')
    .description(
      'Give the running gateway the next version of the registry. It is adopted if enough root signers signed it, and the ' +
        'gateway brings it to all others. Needs the role officer. With --to it goes to the exchange listeners of these ' +
        'gateways in its place, signed with the transport key of the data folder; exit code 1 when one does not take it.',
    )
    .argument('[file]', 'registry, - for standard input (default: the newest that the data folder trusts)')
    .option('--to <url>', 'a gateway by its address in the registry; again for each further one', addressIn)
    .addHelpText(
      'after',
      '\nExamples:\n  pouch registry publish registry-2.cose --data est\n' +
        '  pouch registry publish --to https://pouch.example.nl --to https://pouch.example.lv --data est',
    )
    .action(
      acting<PublishOptions>((options, [file]) => {
        const bytes = file === undefined ? newestHere(options) : readBytes(file)
        return options.to === undefined
          ? toOwnGateway(options, bytes)
          : toOthers(options, [...new Set(options.to)], bytes)
      }),
    )
}

function addressIn(text: string, earlier: readonly string[] = []): readonly string[] {
  if (isPublicOrigin(text)) return [...earlier, new URL(text).origin]
  throw new InvalidArgumentError('It should be https://host[:port], or http on loopback, without a path.')
}

function newestHere({ data }: AgencyOptions): Uint8Array {
  return trustedRegistry(data === undefined ? {} : { data }).bytes
}

function toOwnGateway(options: AgencyOptions, bytes: Uint8Array): Promise<Answer> {
  return atGateway(options, async (client) => {
    const adopted = await client.adoptRegistry(bytes)
    return answer(`the gateway has adopted version ${adopted.version}`, adopted)
  })
}
