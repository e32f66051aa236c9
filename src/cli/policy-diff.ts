/** Answers for `pouch policy diff`: what a change of the registry opens and closes, for who is to sign it. */
import { Command } from 'commander'
import { differenceOf } from '../policy/diff/diff.ts'
import { listLine, momentLines, summary } from '../policy/diff/diff-text.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { policySource } from './policy-source.ts'
import { timeOf } from './trust.ts'

interface DiffOptions extends GlobalOptions {
  readonly at?: string
}

export function diffCommand(): Command {
  return new Command('diff')
    .summary('list what a registry change opens and closes')
    .description(
      'List what one registry lets pass and another does not: on the day asked about, and on later days on which they ' +
        'come to differ further. Read it before you sign the second. Conditions and national rules are listed, not worked out.',
    )
    .argument('<old>', 'registry or proposal, - for standard input')
    .argument('<new>', 'the one that is to follow it')
    .option('--at <time>', 'from another time than now on')
    .addHelpText('after', '\nExample:\n  pouch policy diff registry.cose registry-2.proposal')
    .action(acting<DiffOptions>(compared))
}

function compared(options: DiffOptions, [oldFile = '', newFile = '']: readonly string[]): Answer {
  const [old, next] = [policySource(oldFile, options), policySource(newFile, options)]
  const at = timeOf(options.at)
  const { lists, moments } = differenceOf(old.document, next.document, at)
  const lines = [
    `from ${old.name} to ${next.name}`,
    ...lists.map((list) => `  ${listLine(list)}`),
    `  expires ${toDate(next.document.expires)}, was ${toDate(old.document.expires)}`,
    ...moments.flatMap((moment, i) => [
      '',
      `${i === 0 ? 'at' : 'from'} ${toDate(moment.at)}${i === 0 ? '' : ' also'}: ${summary(moment)}`,
      ...momentLines(moment),
    ]),
  ]
  const json = {
    old: old.name,
    new: next.name,
    lists,
    moments: moments.map((each) => ({ ...each, at: toDate(each.at) })),
  }
  return answer(lines.join('\n'), json)
}
