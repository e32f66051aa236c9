/** Answers for `pouch label import` and `export`: confidentiality labels in XML, alone or bound to an envelope. */
import { Command } from 'commander'
import { suite } from '#suite'
import { equal, toHex } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { parseLabel } from '../../protocol/label.ts'
import { printLabelFile, readLabelFile, withLabel } from '../../protocol/labels/label-file.ts'
import { labelFrom } from '../../protocol/labels/mapping.ts'
import { acting, answer } from './answer.ts'
import { readBytes } from './files.ts'
import {
  markedAt,
  registryOption,
  shown,
  type WordOptions,
  wordOptions,
  vocabularyOf,
} from './label-words.ts'
import { type TrustOptions, timeOf } from './trust.ts'

interface ImportOptions extends TrustOptions {
  readonly envelope?: string
}

const envelopeOption = [
  '--envelope <file>',
  'the envelope that the labels are bound to, - for standard input',
] as const

export function importCommand(): Command {
  return registryOption(new Command('import'))
    .summary('read an XML label (ADatP-4774)')
    .description(
      'Read a confidentiality label in XML (ADatP-4774), or a binding of labels to an envelope (ADatP-4778), as the ' +
        'label of its originator. With --envelope it must be bound to that envelope.',
    )
    .argument('<xml>', 'the file, - for standard input')
    .option(...envelopeOption)
    .addHelpText(
      'after',
      '\nExamples:\n  pouch label import label.xml\n  pouch label import binding.xml --envelope envelope.cose',
    )
    .action(
      acting<ImportOptions>((options, [file = '-']) => {
        const { originator, alternatives, dataDigest } = readLabelFile(readBytes(file))
        requireBound(dataDigest, options.envelope)
        const vocabulary = vocabularyOf(options, timeOf(undefined))
        const policies = alternatives.map(({ policy }) => policy)
        const { review } = originator
        const lines = [
          ...(review === undefined ? [] : [`  review        ${review}`]),
          ...(policies.length > 0 ? [`  alternatives  ${policies.join(', ')}`] : []),
          ...(dataDigest === undefined ? [] : [`  bound to      ${toHex(dataDigest)}`]),
        ]
        return shown(labelFrom(originator, vocabulary), vocabulary, lines, {
          ...{ review, originatorId: originator.originatorId, alternatives, dataDigest },
        })
      }),
    )
}

function requireBound(bound: Uint8Array | undefined, envelope: string | undefined): void {
  if (envelope === undefined) return
  const digest = suite.sha256(readBytes(envelope))
  if (bound !== undefined && equal(bound, digest)) return
  throw new Rejected('wrong-data', bound === undefined ? 'it is bound to nothing' : `not ${toHex(digest)}`)
}

interface ExportOptions extends WordOptions {
  readonly review: string
  readonly envelope?: string
  readonly beside?: string
}

export function exportCommand(): Command {
  return wordOptions(new Command('export'))
    .summary('write a label as XML (ADatP-4774)')
    .description(
      'Write a label as a confidentiality label in XML (ADatP-4774); with --envelope, bound to the digest of that ' +
        'envelope (ADatP-4778). With --beside, the labels that came with the data stay as they are, and this one is added ' +
        'as an alternative.',
    )
    .argument('<label>', 'the label: ISSUER:MARKING//REL TO EST, NLD')
    .requiredOption('--review <time>', 'when people are to look at the label again')
    .option(...envelopeOption)
    .option('--beside <xml>', 'the labels that came with the data')
    .addHelpText(
      'after',
      `
Examples:
  pouch label export 'NATO SECRET//REL TO NATO' --review 2031-01-01 > label.xml
  pouch label export 'EST:SALAJANE//REL TO EST' --review 2031-01-01 --beside theirs.xml --envelope envelope.cose`,
    )
    .action(
      acting<ExportOptions>((options, [text = '']) => {
        const at = markedAt(options)
        const vocabulary = vocabularyOf(options, at)
        const label = parseLabel(text, at)
        const earlier = options.beside === undefined ? undefined : readLabelFile(readBytes(options.beside))
        const file = withLabel(label, earlier, vocabulary, timeOf(options.review))
        const bound =
          options.envelope === undefined
            ? file
            : { ...file, dataDigest: suite.sha256(readBytes(options.envelope)) }
        const xml = printLabelFile(bound)
        return answer(xml.trimEnd(), { xml, label })
      }),
    )
}
