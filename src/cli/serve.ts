/** Answers for `pouch serve`: the gateway runs until it is told to stop, and then finishes what it has begun. */
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import { type Config, environment, readConfig } from '../config.ts'
import { type GatewayProcess, start } from '../gateway-process.ts'
import { createLogger, errorFields, type Logger } from '../logger.ts'
import { acting, answer, type GlobalOptions, SystemRefused } from './answer.ts'
import { codeOf } from './files.ts'

interface ServeOptions extends GlobalOptions {
  readonly trustHead?: boolean
}

const graceMilliseconds = 15_000

export function serveCommand(): Command {
  return new Command('serve')
    .summary('run the gateway')
    .description(
      'Run the gateway: agency and exchange listeners, relay, ledger. Says one line when it is ready, and logs to the ' +
        'error stream. SIGTERM or Ctrl-C ends it in good order, with exit code 0.',
    )
    .option(
      '--trust-head',
      'for this start, when neither an anchor nor a witness can say it: the database is as the ledger left it',
    )
    .addHelpText('after', '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch serve --data est')
    .action(
      acting<ServeOptions>(async ({ data, trustHead = false }) => {
        const config = readConfig(environment(), data)
        const logger = createLogger(config.logLevel, { write: (line) => process.stderr.write(line) })
        const running = await started(config, logger, trustHead)
        stopInTime(running, logger)
        const { agency, exchange, gateway } = running
        const text = `${gateway.party}: agency on port ${agency.port}, exchange on port ${exchange.port}, ready`
        return answer(text, {
          party: gateway.party,
          agencyPort: agency.port,
          exchangePort: exchange.port,
        })
      }),
    )
}

/** Any end but a signal is our own fault: say so, stop, and let the supervisor start again. */
function stopInTime(running: GatewayProcess, logger: Logger): void {
  closeWithGrace({ delay: graceMilliseconds, logger: false }, async ({ err }) => {
    if (err !== undefined) logger.error('task-failed', { task: 'shutdown', ...errorFields(err) })
    await running.stop()
  })
}

async function started(config: Config, logger: Logger, trustHead: boolean): Promise<GatewayProcess> {
  try {
    return await start(config, logger, { trustHead })
  } catch (error) {
    const refused = listenerRefused(error)
    if (refused === undefined) throw error
    throw new SystemRefused(
      refused,
      'name another with agencyPort, exchangePort or the hosts in pouch.json',
      {
        cause: error,
      },
    )
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'you may not listen there; ports below 1024 are for root',
  ENOTFOUND: 'no such host name',
}

function listenerRefused(error: unknown): string | undefined {
  const reason = reasons[codeOf(error) ?? '']
  if (reason === undefined || !(error instanceof Error) || !('syscall' in error)) return undefined
  const host = 'address' in error ? String(error.address) : 'hostname' in error ? String(error.hostname) : ''
  const port = 'port' in error ? ` port ${String(error.port)}` : ''
  return error.syscall === 'listen' || error.syscall === 'getaddrinfo'
    ? `cannot listen on ${host}${port}: ${reason}`
    : undefined
}
