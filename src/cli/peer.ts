/** Answers for `pouch peer test`: whether another party's gateway can be exchanged with, check by check. */
import { Command } from 'commander'
import type { PeerTestView } from '../client/client.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer } from './answer.ts'

export function peerCommand(): Command {
  return new Command('peer').summary('test other parties’ gateways').addCommand(testCommand())
}

function testCommand(): Command {
  return agencyOption(new Command('test'))
    .summary('test another party’s gateway')
    .description(
      'Have this gateway test another party’s: connection, TLS, clock, registry, signature, ledger, consistency. ' +
        'Needs the officer or auditor role. Nothing is entered.',
    )
    .argument('<peer>', 'id of the party, or the address of its gateway')
    .addHelpText('after', '\nExample:\n  pouch peer test NLD --data est')
    .action(
      acting<AgencyOptions>((options, [peer = '']) =>
        atGateway(options, async (client) => shown(await client.testPeer(peer))),
      ),
    )
}

const words = { pass: 'ok', fail: 'failed', 'not-reached': 'not reached' } as const

function shown(test: PeerTestView): Answer {
  const lines = test.findings.map(
    ({ check, outcome, detail }) => `  ${words[outcome].padEnd(11)}  ${check.padEnd(11)}  ${detail}`,
  )
  const verdict = test.good ? 'every check passed' : 'not good'
  return answer([`${test.party} at ${test.gateway}: ${verdict}`, ...lines].join('\n'), test, test.good)
}
