/** Answers for `pouch policy module check`: whether a registry may carry a party's own rules, and what they are. */
import { Command } from 'commander'
import { rulesIn } from '../policy/national/national-admission.ts'
import { closedSchema, vocabularyOf } from '../policy/national/national-schema.ts'
import { acting, answer, type GlobalOptions } from './answer.ts'
import { readTextFile } from './files.ts'
import { policySource, registryArgument } from './policy-source.ts'

export function moduleCommand(): Command {
  return new Command('module').summary('examine national modules').addCommand(checkCommand())
}

function checkCommand(): Command {
  return new Command('check')
    .summary('say whether a registry may carry a national module')
    .description(
      'Read a party’s own rules, Cedar policies that forbid, and say whether a registry may carry them: their names are those ' +
        'of the registry. Prints each rule with what it advises. Exit code 1 for a module that is refused.',
    )
    .argument('<module>', 'file of Cedar policies')
    .argument(...registryArgument)
    .addHelpText('after', '\nExample:\n  pouch policy module check est.cedar registry.cose')
    .action(
      acting<GlobalOptions>((options, [file = '', registry]) => {
        const { document, name } = policySource(registry, options)
        const rules = rulesIn(readTextFile(file), closedSchema(vocabularyOf(document)))
        const lines = rules.map(({ id, advice }) => `  ${id}: ${advice}`)
        return answer([`${file}: fit for ${name}`, ...lines].join('\n'), {
          rules: rules.map(({ id, advice }) => ({ id, advice })),
        })
      }),
    )
}
