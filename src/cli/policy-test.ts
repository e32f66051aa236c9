/** Answers for `pouch policy test`: a party's own table of expected decisions, put to a registry before it binds. */
import { Command } from 'commander'
import { explain } from '../../protocol/policy/explain.ts'
import { rulesOf } from '../policy/registry-rules.ts'
import { readTable, type Table, TableFault } from '../policy/table/table-file.ts'
import { type ExpectedTable, tableForm } from '../policy/table/table-form.ts'
import { type CaseResult, runTable } from '../policy/table/table-run.ts'
import { type Answer, acting, answer, type GlobalOptions, UsageError } from './answer.ts'
import { readBytes } from './files.ts'
import { policySource, registryArgument } from './policy-source.ts'
import { timeOf } from './trust.ts'

interface TestOptions extends GlobalOptions {
  readonly at?: string
}

export function testCommand(): Command {
  return new Command('test')
    .summary('put a table of expected decisions to the rules')
    .description(
      'Put your own table of expected decisions (YAML) to a registry, and tell which came out otherwise. Exit code 1 ' +
        'when one did.',
    )
    .argument('<table>', 'table of cases (`pouch example table` prints one)')
    .argument(...registryArgument)
    .option('--at <time>', 'for cases without a time of their own, at another time than now')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch example table > table.yaml\n  pouch policy test table.yaml registry-2.proposal',
    )
    .action(acting<TestOptions>(tested))
}

function tested(options: TestOptions, [table = '', file]: readonly string[]): Answer {
  const { value, lineOf } = tableIn(table)
  const source = policySource(file, options)
  const results = runTable(value, rulesOf(source.document), timeOf(options.at)).map((result, i) => ({
    ...result,
    line: lineOf(['cases', i]),
  }))
  const failed = results.filter(({ passed }) => !passed).length
  const lines = [
    `${source.name}:`,
    ...results.flatMap((result) => resultLines(result, `${table}:${result.line}`)),
    `${results.length - failed} passed, ${failed} failed`,
  ]
  const cases = results.map(({ decision, ...rest }) => ({
    ...rest,
    grounds: decision?.grounds.map(({ code }) => code),
  }))
  const json = { registry: source.name, passed: results.length - failed, failed, cases }
  return answer(lines.join('\n'), json, failed === 0)
}

function tableIn(file: string): Table<ExpectedTable> {
  try {
    return readTable(tableForm, readBytes(file), file)
  } catch (error) {
    if (error instanceof TableFault)
      throw new UsageError(`the table is not as it should be:\n  ${error.message.replaceAll('\n', '\n  ')}`)
    throw error
  }
}

function resultLines(
  { name, passed, expected, found, decision }: CaseResult,
  place: string,
): readonly string[] {
  if (passed) return [`  pass  ${name}`]
  return [
    `  FAIL  ${name} (${place})`,
    `    expected  ${expected}`,
    `    found     ${found}`,
    ...(decision ? explain(decision) : []).map((line) => `    ${line}`),
  ]
}
