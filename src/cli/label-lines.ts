/** Answers for `pouch label read` and `render`: banner lines and portion marks. */
import { Command } from 'commander'
import { parseLabel } from '../../protocol/label.ts'
import { readBanner, readPortion } from '../../protocol/labels/banner.ts'
import { renderBanner, renderPortion } from '../../protocol/labels/render.ts'
import { acting, answer, UsageError } from './answer.ts'
import { markedAt, shown, type WordOptions, wordOptions, vocabularyOf } from './label-words.ts'

interface ReadOptions extends WordOptions {
  readonly issuer?: string
}

export function readCommand(): Command {
  return wordOptions(new Command('read'))
    .summary('read a banner line or a portion mark')
    .description(
      'Read a banner line, or a portion mark in brackets, as the label that it is. A marking that several issuers have ' +
        'needs its issuer, and whatever of the line is not known is refused. Where the line does not say whom it is ' +
        'released to, that is its issuer alone.',
    )
    .argument('<line>', 'the line')
    .option('--issuer <id>', 'whose marking it is: EST, NATO')
    .addHelpText(
      'after',
      `
Examples:
  pouch label read 'NATO SECRET//REL TO EST, FIN'
  pouch label read 'TOP SECRET//SI//NOFORN' --issuer USA
  pouch label read '(VS-NfD)'
  pouch label read 'CONFIDENTIEL DÉFENSE' --at 2020-01-01`,
    )
    .action(
      acting<ReadOptions>((options, [line = '']) => {
        const at = markedAt(options)
        const vocabulary = vocabularyOf(options, at)
        const reader = line.trim().startsWith('(') ? readPortion : readBanner
        const { label, isReleaseStated } = reader(line, vocabulary, at, options.issuer)
        const note = isReleaseStated ? [] : ['  the line does not say whom it is released to']
        return shown(label, vocabulary, note, { isReleaseStated })
      }),
    )
}

interface RenderOptions extends WordOptions {
  readonly language?: string
  readonly portion?: boolean
}

export function renderCommand(): Command {
  return wordOptions(new Command('render'))
    .summary('write a label as a banner line or a portion mark')
    .description('Write a label as its issuer does: as a banner line, or with --portion as a portion mark.')
    .argument('<label>', 'the label: ISSUER:MARKING//REL TO EST, NLD')
    .option(
      '--language <tag>',
      'in a language that the issuer has: fr, sv, sr-Latn (default: as in the label)',
    )
    .option('--portion', 'as a portion mark, abbreviated')
    .addHelpText(
      'after',
      `
Examples:
  pouch label render 'FIN:SALAINEN//REL TO EST' --language sv
  pouch label render 'USA:TOP SECRET//COMP SI//REL TO USA//CAVEAT NOFORN' --portion`,
    )
    .action(
      acting<RenderOptions>((options, [text = '']) => {
        const { language, portion } = options
        if (portion === true && language !== undefined) {
          throw new UsageError('--portion abbreviates, and abbreviations are of no language')
        }
        const at = markedAt(options)
        const vocabulary = vocabularyOf(options, at)
        const label = parseLabel(text, at)
        const line =
          portion === true ? renderPortion(label, vocabulary) : renderBanner(label, vocabulary, language)
        return answer(line, { line, label })
      }),
    )
}
