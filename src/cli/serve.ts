/** Answers for `pouch serve`: the gateway runs until it is told to stop, and then finishes what it has begun. */
import closeWithGrace from 'close-with-grace'
import { Command } from 'commander'
import { environment, readConfig } from '../config.ts'
import { start } from '../gateway-process.ts'
import { acting, answer, type GlobalOptions } from './answer.ts'

const graceMilliseconds = 15_000

export function serveCommand(): Command {
  return new Command('serve')
    .summary('run the gateway')
    .description(
      'Run the gateway: agency and exchange listeners, relay, ledger. SIGTERM ends it in good order.',
    )
    .addHelpText('after', '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch serve --data est')
    .action(
      acting<GlobalOptions>(async ({ data }) => {
        const running = await start(readConfig(environment(), data))
        // Any end but a signal is our own fault: stop, and let the supervisor start again.
        closeWithGrace({ delay: graceMilliseconds, logger: false }, async () => {
          await running.stop()
        })
        const { agency, exchange, gateway } = running
        const ports = { party: gateway.party, agencyPort: agency.port, exchangePort: exchange.port }
        return answer(
          `${gateway.party}: agency on port ${agency.port}, exchange on port ${exchange.port}, ready`,
          ports,
        )
      }),
    )
}
