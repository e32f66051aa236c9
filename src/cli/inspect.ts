/** Answers for `pouch inspect`: any file of the system as text, nothing of it verified. */
import { Command } from 'commander'
import { inspect } from '../../protocol/inspect.ts'
import { acting, answer, type GlobalOptions } from './answer.ts'
import { readBytes } from './files.ts'

interface InspectOptions extends GlobalOptions {
  readonly whole?: boolean
}

export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('print a file in CBOR diagnostic notation')
    .description(
      'Print any file of the system in CBOR diagnostic notation, with the names of its labels. Verifies nothing.',
    )
    .argument('<file>', 'a file, or - for standard input')
    .option('--whole', 'print long byte strings whole')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch inspect envelope.cose\n  pouch inspect envelope.cose --whole | less',
    )
    .action(
      acting<InspectOptions>(({ whole }, [file = '-']) => {
        const bytes = readBytes(file)
        const { kind, text } = inspect(bytes, whole === true)
        return answer(text, { kind, bytes: bytes.length, notation: text })
      }),
    )
}
