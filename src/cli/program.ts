/** Answers for the command line as a whole: its commands, the options they share, and exit code 2 for wrong use. */
import { Command, CommanderError } from 'commander'
import { acknowledgeCommand } from './acknowledge.ts'
import { type Terminal, toJson } from './answer.ts'
import { auditCommand } from './audit.ts'
import { credentialCommand } from './credential.ts'
import { evidenceCommand } from './evidence.ts'
import { exampleCommand } from './example.ts'
import { extractCommand } from './extract.ts'
import { inboxCommand } from './inbox.ts'
import { initCommand } from './init.ts'
import { inspectCommand } from './inspect.ts'
import { keysCommand } from './keys.ts'
import { ledgerCommand } from './ledger.ts'
import { openCommand } from './open.ts'
import { receiptCommand } from './receipt.ts'
import { registryCommand } from './registry.ts'
import { sealCommand } from './seal.ts'
import { sendCommand } from './send.ts'
import { serveCommand } from './serve.ts'
import { statusCommand } from './status.ts'
import { verifyCommand } from './verify.ts'

const description = `Exchange security-clearance attestations as sealed envelopes, and prove every transfer.

Exit codes: 0 good, 1 refused or failed, 2 used wrongly. With --json every command prints one JSON value.`

const example = `
Example:
  pouch verify envelope.cose --registry registry.cose --roots 5d2f…
  pouch send --help`

const standard: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

/** Runs one command line, and gives the exit code. What goes on after it, as a gateway does, ends the process itself. */
export async function run(args: readonly string[], terminal: Terminal = standard): Promise<number> {
  try {
    await program(terminal, args.includes('--json')).parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    throw error
  }
}

export function program(terminal: Terminal = standard, asJson = false): Command {
  const pouch = new Command('pouch').description(description).version('0.1.0').addHelpText('after', example)
  for (const command of [
    initCommand(),
    serveCommand(),
    exampleCommand(),
    sendCommand(),
    statusCommand(),
    inboxCommand(),
    acknowledgeCommand(),
    evidenceCommand(),
    receiptCommand(),
    extractCommand(),
    sealCommand(),
    openCommand(),
    verifyCommand(),
    inspectCommand(),
    auditCommand(),
    ledgerCommand(),
    keysCommand(),
    registryCommand(),
    credentialCommand(),
  ]) {
    pouch.addCommand(command)
  }
  everyCommand(pouch, 'pouch', (command, name) => {
    command
      .configureOutput({
        writeOut: terminal.out,
        writeErr: asJson ? unsaid : terminal.err,
        outputError: unsaid,
      })
      .exitOverride((error) => {
        throw wrongUse(error, name, terminal, asJson)
      })
      .option('--json', 'print one JSON value')
      .option('--data <folder>', 'data folder (default: POUCH_DATA, or pouch-data)')
  })
  return pouch
}

function everyCommand(
  command: Command,
  name: string,
  change: (command: Command, name: string) => void,
): void {
  change(command, name)
  for (const each of command.commands) everyCommand(each, `${name} ${each.name()}`, change)
}

function unsaid(): void {
  // Wrong use is told once, by `wrongUse`.
}

/** Help and version that were asked for are good; all else that the parser ends with is wrong use. */
function wrongUse(error: CommanderError, name: string, terminal: Terminal, asJson: boolean): CommanderError {
  if (error.exitCode === 0) return error
  const usage =
    error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '')
  if (asJson) terminal.out(`${toJson({ usage, next: `${name} --help` })}\n`)
  else terminal.err(`usage: ${usage}\n  next: ${name} --help\n`)
  return new CommanderError(2, error.code, usage)
}
