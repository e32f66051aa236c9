/** Answers for `pouch policy matrix`: who may send what to whom, as a table in the terminal and as a drawing. */
import path from 'node:path'
import { Command } from 'commander'
import { environment } from '../config.ts'
import { type Asked, type Matrix, matrixOf } from '../policy/matrix/matrix.ts'
import { matrixSvg } from '../policy/matrix/matrix-svg.ts'
import { legend, matrixLines, type Screen } from '../policy/matrix/matrix-text.ts'
import { rulesOf } from '../policy/registry-rules.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { writeNew } from './files.ts'
import { defaultCategory, policySource, registryArgument, tokenIn } from './policy-source.ts'
import { timeOf } from './trust.ts'

interface MatrixOptions extends GlobalOptions {
  readonly category: string
  readonly purpose?: string
  readonly at?: string
  readonly svg?: string
}

export function matrixCommand(): Command {
  return new Command('matrix')
    .summary('draw who may send what to whom')
    .description(
      'Draw for each sender and receiver the highest level that an agreement in force lets pass, by its ceiling and the ' +
        'receiver’s accreditation. What a label asks beside that is for `pouch policy explain`.',
    )
    .argument(...registryArgument)
    .option('--category <name>', 'the category of information', tokenIn, defaultCategory)
    .option('--purpose <name>', 'the purpose (default: whichever reaches highest)', tokenIn)
    .option('--at <time>', 'at another time than now')
    .option('--svg <file>', 'also as a drawing, to this file')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch policy matrix registry.cose\n  pouch policy matrix --purpose visit --svg matrix.svg --data est',
    )
    .action(acting<MatrixOptions>(drawn))
}

function drawn(options: MatrixOptions, [file]: readonly string[]): Answer {
  const { category, purpose, svg } = options
  const source = policySource(file, options)
  const asked = { category, at: timeOf(options.at), ...(purpose !== undefined && { purpose }) }
  const matrix = matrixOf(rulesOf(source.document), asked)
  const what = `${category} for ${purpose ?? 'any purpose'}`
  if (svg !== undefined)
    writeNew(
      svg,
      matrixSvg(matrix, `Who may send ${what}`, `${path.basename(source.name)}, at ${toDate(asked.at)}`),
    )
  const { parties, cells } = matrix
  const lines = [
    `${source.name}: ${what} at ${toDate(asked.at)}`,
    ...matrixLines(matrix, screen()),
    legend,
    `${cells.length} of ${parties.length * (parties.length - 1)} directions among ${parties.length} parties are open`,
    ...(svg === undefined ? [] : [`drawn in ${svg}`]),
  ]
  return answer(lines.join('\n'), { ...forPrograms(matrix, asked), ...(svg !== undefined && { svg }) })
}

function screen(): Screen {
  const { isTTY, columns } = process.stdout
  if (!isTTY) return { isColoured: false, columns: Infinity }
  // A terminal that does not know its width says 0.
  return { isColoured: (environment()['NO_COLOR'] ?? '') === '', columns: columns || Infinity }
}

function forPrograms({ parties, cells }: Matrix, { at, ...asked }: Asked): object {
  return { at: toDate(at), ...asked, parties, cells }
}
