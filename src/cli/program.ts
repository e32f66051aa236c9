/** Answers for the command line as a whole: its commands, the options they share, and exit code 2 for wrong use. */
import { Command } from 'commander'
import { acknowledgeCommand } from './acknowledge.ts'
import { auditCommand } from './audit.ts'
import { credentialCommand } from './credential.ts'
import { evidenceCommand } from './evidence.ts'
import { inboxCommand } from './inbox.ts'
import { initCommand } from './init.ts'
import { inspectCommand } from './inspect.ts'
import { keysCommand } from './keys.ts'
import { openCommand } from './open.ts'
import { registryCommand } from './registry.ts'
import { sealCommand } from './seal.ts'
import { sendCommand } from './send.ts'
import { serveCommand } from './serve.ts'
import { statusCommand } from './status.ts'
import { verifyCommand } from './verify.ts'

const description = `Exchange security-clearance attestations as sealed envelopes, and prove every transfer.

Exit codes: 0 good, 1 refused or failed, 2 used wrongly.`

export function program(): Command {
  const pouch = new Command('pouch').description(description).version('0.1.0')
  for (const command of [
    initCommand(),
    serveCommand(),
    sendCommand(),
    statusCommand(),
    inboxCommand(),
    acknowledgeCommand(),
    evidenceCommand(),
    sealCommand(),
    openCommand(),
    verifyCommand(),
    inspectCommand(),
    auditCommand(),
    keysCommand(),
    registryCommand(),
    credentialCommand(),
  ]) {
    pouch.addCommand(command)
  }
  everyCommand(pouch, (command) => {
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)).showHelpAfterError()
    if (command.commands.length > 0) return
    command
      .option('--json', 'print one JSON value')
      .option('--data <folder>', 'data folder (default: POUCH_DATA, or pouch-data)')
  })
  return pouch
}

function everyCommand(command: Command, change: (command: Command) => void): void {
  change(command)
  for (const each of command.commands) everyCommand(each, change)
}
