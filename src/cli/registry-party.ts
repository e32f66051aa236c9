/** Answers for `pouch registry party`: how a party’s keys stood at one time, as the registry was known at another. */
import { Command } from 'commander'
import type { VerifiedRegistry } from '../../protocol/registry.ts'
import { type KeyThen, keysAt, knownAt } from '../../protocol/registry-history.ts'
import { type Answer, acting, answer, toDate, UsageError } from './answer.ts'
import { versionIn } from './registry-gateway.ts'
import { timeOf, type TrustOptions, trustedVersions, trustOption } from './trust.ts'

interface PartyOptions extends TrustOptions {
  readonly at?: string
  readonly knownAt?: string
  readonly number?: number
}

export function partyCommand(): Command {
  return trustOption(new Command('party'))
    .summary('how a party’s keys stood at a time, as known at another')
    .description(
      'List the keys of a party and how each stood at a time, by the version of the registry that was the newest at another: ' +
        'a key may have been revoked since, from a time before. Both times are now unless they are given.',
    )
    .argument('<id>', 'the party')
    .option('--at <time>', 'when the keys were used (default: now)')
    .option('--known-at <time>', 'what was known then (default: now)')
    .option('--number <version>', 'in its place, what this version says', versionIn)
    .addHelpText(
      'after',
      '\nExample:\n  pouch registry party EST --at 2026-11-23T12:00:00Z --known-at 2026-11-24 --data nld',
    )
    .action(
      acting<PartyOptions>((options, [id = '']) => {
        const at = timeOf(options.at)
        const version = versionFor(options)
        return described(id, at, version, keysAt(version, id, at))
      }),
    )
}

function versionFor(options: PartyOptions): VerifiedRegistry {
  const { number, knownAt: known } = options
  const versions = trustedVersions(options)
  if (number === undefined) return knownAt(versions, timeOf(known))
  if (known !== undefined) throw new UsageError('--number and --known-at both say which version')
  const found = versions.find(({ document }) => document.version === number)
  if (found === undefined) throw new UsageError(`no trusted registry here is version ${number}`)
  return found
}

function described(
  party: string,
  at: number,
  { document: { version, issued } }: VerifiedRegistry,
  keys: readonly KeyThen[],
): Answer {
  const rows = keys.map(({ registered: { use, key, from, until, revoked }, state }) => ({
    ...{ use, state, id: key.id, from: toDate(from) },
    ...(until !== undefined && { until: toDate(until) }),
    ...(revoked !== undefined && { revoked: toDate(revoked) }),
  }))
  const heading = `${party} at ${toDate(at)}, by version ${version} of ${toDate(issued)}`
  const lines = rows.map(({ use, state, id, from, until, revoked }) => {
    const ends = [until && `until ${until}`, revoked && `revoked ${revoked}`].filter(Boolean)
    return `  ${use.padEnd(9)}  ${state.padEnd(7)}  ${id}  ${[`from ${from}`, ...ends].join(', ')}`
  })
  return answer([heading, ...lines].join('\n'), { party, at: toDate(at), version, keys: rows })
}
