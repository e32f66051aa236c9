/** Answers for the words by which labels are read on the command line, and for how a label is shown. */
import type { Command } from 'commander'
import { type Label, printLabel } from '../../protocol/label.ts'
import { type Vocabulary, vocabularyFrom } from '../../protocol/labels/vocabulary.ts'
import type { Seconds } from '../../protocol/names.ts'
import { levelNames } from '../../protocol/policy/level.ts'
import { markingAt, type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import type { Marking } from '../../protocol/policy/scheme.ts'
import { shippedGroups, shippedSchemes } from '../../protocol/policy/shipped.ts'
import { type Answer, answer, toDate } from './answer.ts'
import { rootsIn, type TrustOptions, timeOf, trustedDirectory } from './trust.ts'

export interface WordOptions extends TrustOptions {
  readonly at?: string
}

/** By default the words that come with the program: a label can be read before there is a registry. */
export function registryOption(command: Command): Command {
  return command
    .option(
      '--registry <file>',
      'a registry whose markings and names to use; its first version, then --registry again for each later one ' +
        '(default: the markings that come with the program)',
      (file: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), file],
    )
    .option('--roots <digest>', 'the digest of the registry’s roots', rootsIn)
}

export function wordOptions(command: Command): Command {
  return registryOption(command).option(
    '--at <time>',
    'the time at which it was marked (default: now); markings, and members of groups, are those of then',
  )
}

export function vocabularyOf(options: WordOptions, at: Seconds): Vocabulary {
  if (options.registry === undefined && options.roots === undefined) return vocabularyFrom(shippedRules())
  return vocabularyFrom(trustedDirectory(options, at).rules)
}

function shippedRules(): Rules {
  return rulesFrom({ parties: [], groups: shippedGroups(), schemes: shippedSchemes(), agreements: [] })
}

export function markedAt({ at }: WordOptions): Seconds {
  return timeOf(at)
}

/** `further`: lines below, and members of the JSON beside the label. */
export function shown(
  label: Label,
  { rules }: Vocabulary,
  further: readonly string[] = [],
  members: object = {},
): Answer {
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  const { releasability, compartments, caveats } = label
  const to = releasability === 'unrestricted' ? 'anybody' : releasability.join(', ') || 'nobody'
  const lines = [
    printLabel(label),
    `  issuer        ${label.policy}, marked ${toDate(label.at)}`,
    ...(marking === undefined ? [] : [`  level         ${levelOf(marking)}, ${trustIn(marking)}`]),
    `  released to   ${to}`,
    ...(compartments.length > 0 ? [`  compartments  ${compartments.join(', ')}`] : []),
    ...(caveats.length > 0 ? [`  caveats       ${caveats.join(', ')}`] : []),
    ...further,
  ]
  const level = marking && { low: marking.low, high: marking.high }
  return answer(lines.join('\n'), { line: printLabel(label), label, level, ...members })
}

function levelOf({ low, high }: Marking): string {
  return low === high ? levelNames[high] : `${levelNames[low]} to ${levelNames[high]}`
}

function trustIn({ verified, verification, source }: Marking): string {
  return verified ? `${verification} source ${source.join(', ')}` : 'not verified'
}
