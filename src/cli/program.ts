/** Answers for the command line as a whole: its commands, the options they share, and exit code 2 for wrong use. */
import { Command, CommanderError } from 'commander'
import { type Terminal, toJson } from './answer.ts'
import { type Loading, named } from './loading.ts'

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

/** In the order in which help lists them. */
const commands: Readonly<Record<string, Loading>> = {
  init: async () => (await import('./init.ts')).initCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  example: async () => (await import('./example.ts')).exampleCommand(),
  send: async () => (await import('./send.ts')).sendCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  history: async () => (await import('./history.ts')).historyCommand(),
  inbox: async () => (await import('./inbox.ts')).inboxCommand(),
  acknowledge: async () => (await import('./acknowledge.ts')).acknowledgeCommand(),
  evidence: async () => (await import('./evidence.ts')).evidenceCommand(),
  receipt: async () => (await import('./receipt.ts')).receiptCommand(),
  extract: async () => (await import('./extract.ts')).extractCommand(),
  withdraw: async () => (await import('./withdraw.ts')).withdrawCommand(),
  withdrawals: async () => (await import('./withdrawals.ts')).withdrawalsCommand(),
  seal: async () => (await import('./seal.ts')).sealCommand(),
  open: async () => (await import('./open.ts')).openCommand(),
  verify: async () => (await import('./verify.ts')).verifyCommand(),
  inspect: async () => (await import('./inspect.ts')).inspectCommand(),
  label: async () => (await import('./label.ts')).labelCommand(),
  audit: async (args) => (await import('./audit.ts')).auditCommand(args),
  ledger: async () => (await import('./ledger.ts')).ledgerCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  registry: async () => (await import('./registry.ts')).registryCommand(),
  agreement: async () => (await import('./agreement.ts')).agreementCommand(),
  peer: async () => (await import('./peer.ts')).peerCommand(),
  policy: async (args) => (await import('./policy.ts')).policyCommand(args),
  credential: async () => (await import('./credential.ts')).credentialCommand(),
}

/** Runs one command line, and gives the exit code. What goes on after it, as a gateway does, ends the process itself. */
export async function run(args: readonly string[], terminal: Terminal = standard): Promise<number> {
  try {
    const pouch = await program(args, terminal)
    await pouch.parseAsync([...args], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    throw error
  }
}

/** With the command that the arguments name, or with all where they name none. */
export async function program(args: readonly string[] = [], terminal: Terminal = standard): Promise<Command> {
  const pouch = new Command('pouch').description(description).version('0.1.0').addHelpText('after', example)
  for (const command of await named(commands, args)) pouch.addCommand(command)
  const asJson = args.includes('--json')
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
