/** Answers for `pouch audit verify`: a whole export hashed again, every check named. */
import { Command } from 'commander'
import type { Facts } from '../../protocol/examined-facts.ts'
import { type CheckResult, report } from '../../protocol/report.ts'
import { environment, readTimestampCertificate } from '../config.ts'
import { type Answer, acting } from './answer.ts'
import { exportDirectory, requireExport } from './audit-trust.ts'
import { examined } from './examined.ts'
import { exportChecks, type VerifiedExport, verifyExport } from './export-folder.ts'
import { type ExaminedTokens, type TokenCheck, tokenChecks } from './export-time-stamps.ts'
import { progressBar } from './progress.ts'
import { type TrustOptions, timeOf, trustOption } from './trust.ts'

export interface AuditOptions extends TrustOptions {
  readonly at?: string
}

/** What verifying an export takes, in every command that does. */
export function auditOptions(command: Command): Command {
  return trustOption(command).option('--at <time>', 'verify as of this time (default: now)')
}

/** The certificates that are trusted for time stamps, in every command that verifies an export. */
export interface AuthorityOptions {
  readonly tsaCertificate?: readonly string[]
}

export function authorityOption(command: Command): Command {
  return command.option(
    '--tsa-certificate <file>',
    'of an export: the certificate, in PEM, of the authority that stamped its checkpoints; again for each further one ' +
      '(default: that of the data folder, for its own ledger)',
    (file: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), file],
  )
}

export function verifyCommand(): Command {
  return authorityOption(auditOptions(new Command('verify')))
    .summary('hash a whole export again')
    .description(
      'Verify an export offline: every leaf, link, tile and shown record, the signed root, the roots of all receipts, and the ' +
        'time stamps. With --roots alone, the registry is the export’s own, accepted from these roots on.',
    )
    .argument('<folder>', 'the folder of an export')
    .addHelpText(
      'after',
      '\nExample:\n  pouch audit verify est-ledger --roots 5d2f… --tsa-certificate authority.pem',
    )
    .action(acting<AuditOptions & AuthorityOptions>((options, [folder = '']) => auditFolder(folder, options)))
}

export async function auditFolder(folder: string, options: AuditOptions & AuthorityOptions): Promise<Answer> {
  requireExport(folder)
  const now = timeOf(options.at)
  const directory = exportDirectory([folder], options, now)
  let found: VerifiedExport | undefined
  const checks = report(exportChecks, (trace) => {
    found = verifyExport(folder, directory, now, progressBar('entries'), trace)
  })
  if (found === undefined) return answerOf(folder, [...checks, ...notReached()], {})
  const tokens = await tokensOf(folder, found, options)
  return answerOf(folder, [...checks, ...tokens.checks], { ...factsOf(found), 'time stamps': tokens.said })
}

function answerOf(folder: string, checks: readonly CheckResult<string>[], found: Facts): Answer {
  const good = checks.every(({ outcome }) => outcome !== 'fail')
  return examined(folder, { kind: 'ledger-export', good, checks, facts: good ? found : {} })
}

/** What reads certificates is much, and is loaded where there is something to read. */
async function tokensOf(
  folder: string,
  { party, timeStamps }: VerifiedExport,
  { tsaCertificate, data }: AuditOptions & AuthorityOptions,
): Promise<ExaminedTokens> {
  if (timeStamps === 0) return { checks: notReached('there is no time stamp'), said: 'none' }
  const own = readTimestampCertificate(environment(), party, data)
  const certificates = tsaCertificate ?? (own === undefined ? [] : [own])
  const { examineTokens } = await import('./export-tokens.ts')
  return examineTokens(folder, certificates)
}

function notReached(detail?: string): readonly CheckResult<TokenCheck>[] {
  const why = detail === undefined ? {} : { detail }
  return tokenChecks.map((check) => ({ check, outcome: 'not-reached', ...why }))
}

function factsOf({ party, origin, size, records, roots, witnesses, checkpoint }: VerifiedExport): Facts {
  return {
    ...{ ledger: origin, party, entries: size, 'records shown': records, shredded: size - records },
    ...{ 'roots signed': roots, 'checkpoint at': checkpoint.at },
    'witnessed by': witnesses.length === 0 ? 'nobody' : witnesses,
  }
}
