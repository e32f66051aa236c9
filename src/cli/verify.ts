/** Answers for `pouch verify`: any file of the system, offline, with every check named. */
import { Command } from 'commander'
import { type Examination, examine, type Facts } from '../../protocol/examine.ts'
import type { OpeningKey } from '../../protocol/key.ts'
import type { CheckResult } from '../../protocol/report.ts'
import { environment, readPlace } from '../config.ts'
import { acting, answer, type Answer, toDate } from './answer.ts'
import { readBytes } from './files.ts'
import { keystoreAt } from './keys.ts'
import { timeOf, trustedDirectory, type TrustOptions, trustOption } from './trust.ts'

interface VerifyOptions extends TrustOptions {
  readonly at?: string
  readonly open?: boolean
}

export function verifyCommand(): Command {
  return trustOption(new Command('verify'))
    .summary('verify any file, offline')
    .description(
      'Verify an envelope, attestation, acknowledgement, receipt, evidence, registry, checkpoint, proof or ledger export, ' +
        'offline, and print every check with pass, fail or not reached.',
    )
    .argument('<file>', 'a file, - for standard input, or the folder of a ledger export')
    .option('--at <time>', 'verify as of this time (default: now)')
    .option('--open', 'open an envelope with the keys of the data folder, and verify what is inside')
    .addHelpText('after', '\nExample:\n  pouch verify envelope.cose --registry registry.cose --roots 5d2f…')
    .action(acting<VerifyOptions>(verify))
}

function verify(options: VerifyOptions, [file = '-']: readonly string[]): Answer {
  const now = timeOf(options.at)
  const directory = trustedDirectory(options, now)
  const openingKeys = options.open === true ? openingKeysAt(options.data) : []
  return examined(file, examine(readBytes(file), { directory, now, openingKeys }))
}

function openingKeysAt(data: string | undefined): readonly OpeningKey[] {
  return keystoreAt(readPlace(environment(), data)).openingKeys()
}

const marks = { pass: 'pass', fail: 'FAIL', 'not-reached': '-   ' } as const

export function examined(file: string, { kind, good, checks, facts }: Examination): Answer {
  const verdict = good ? 'good' : 'NOT GOOD'
  const text = [`${file}: ${kind}, ${verdict}`, ...checks.map(checkLine), ...factLines(facts)].join('\n')
  return answer(text, { file, kind, good, checks, facts }, good)
}

/** Why a check was not reached though none before it failed. */
const unreachable: Readonly<Record<string, string>> = {
  replay: 'only a gateway knows which ids it has seen',
  'key-agreement': 'needs the recipient’s opening key: --open',
}

function checkLine({ check, outcome, code, detail }: CheckResult<string>, i: number): string {
  const why =
    outcome === 'not-reached' ? (unreachable[check] ?? '') : [code, detail].filter(Boolean).join(': ')
  return `  ${String(i + 1).padStart(2)} ${marks[outcome]}  ${check}${why === '' ? '' : `  ${why}`}`
}

function factLines(facts: Facts): readonly string[] {
  return Object.entries(facts).map(([name, value]) => `  ${name}: ${factText(name, value)}`)
}

function factText(name: string, value: Facts[string]): string {
  if (typeof value === 'number') return /(^| )(at|until)$/.test(name) ? toDate(value) : String(value)
  return typeof value === 'string' ? value : value.join(', ')
}
