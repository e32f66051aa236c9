/** Answers for `pouch label`: the labels of others, read and written: banner lines, portion marks, XML. */
import { Command } from 'commander'
import { exportCommand, importCommand } from './label-files.ts'
import { readCommand, renderCommand } from './label-lines.ts'

export function labelCommand(): Command {
  return new Command('label')
    .summary('read and write banner lines, portion marks and XML labels')
    .description(
      'Read and write the labels of others: banner lines and portion marks in their languages, and confidentiality ' +
        'labels in XML (ADatP-4774, STANAG 4774). What cannot be said otherwise without changing it is refused.',
    )
    .addHelpText(
      'after',
      `
Examples:
  pouch label read 'NATO SECRET//REL TO EST, FIN'
  pouch label read '(S//REL TO USA, GBR)' --issuer USA
  pouch label render 'FIN:SALAINEN//REL TO EST' --language sv
  pouch label import label.xml
  pouch label export 'NATO SECRET//REL TO NATO' --review 2031-01-01`,
    )
    .addCommand(readCommand())
    .addCommand(renderCommand())
    .addCommand(importCommand())
    .addCommand(exportCommand())
}
