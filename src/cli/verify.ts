/** Answers for `pouch verify`: any file of the system, offline, with every check named. */
import { Command } from 'commander'
import { examine } from '../../protocol/examine.ts'
import type { OpeningKey } from '../../protocol/key.ts'
import { kindOf } from '../../protocol/kind.ts'
import { environment, readPlace } from '../config.ts'
import { type Answer, acting, UsageError } from './answer.ts'
import { type AuthorityOptions, auditFolder, authorityOption } from './audit-verify.ts'
import { examined } from './examined.ts'
import { isExport } from './export-files.ts'
import { readBytes } from './files.ts'
import { keystoreAt } from './keys.ts'
import { statusListAt } from './status-list.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'

interface VerifyOptions extends TrustOptions, AuthorityOptions {
  readonly at?: string
  readonly open?: boolean
  readonly status?: string
}

export function verifyCommand(): Command {
  return authorityOption(trustOption(new Command('verify')))
    .summary('verify any file, offline')
    .description(
      'Verify an envelope, attestation, acknowledgement, receipt, evidence, registry, checkpoint, proof or ledger export, ' +
        'offline, and print every check with pass, fail or not reached.',
    )
    .argument('<file>', 'a file, - for standard input, or the folder of a ledger export')
    .option('--at <time>', 'verify as of this time: is it good then, by the registry at hand? (default: now)')
    .option('--open', 'open an envelope with the keys of the data folder, and verify what is inside')
    .option(
      '--status <place>',
      'the issuer’s status list, a file or an address: the attestation stands in it',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  pouch verify envelope.cose --registry registry.cose --roots 5d2f…\n  pouch verify evidence.cbor --at 2026-11-23 --data nld',
    )
    .action(acting<VerifyOptions>(verify))
}

async function verify(options: VerifyOptions, [file = '-']: readonly string[]): Promise<Answer> {
  if (isExport(file)) {
    if (options.status !== undefined) throw noStatus('ledger-export')
    return auditFolder(file, options)
  }
  const now = timeOf(options.at)
  const directory = trustedDirectory(options, now)
  const bytes = readBytes(file)
  if (options.status !== undefined && kindOf(bytes) !== 'attestation') throw noStatus(kindOf(bytes))
  const openingKeys = options.open === true ? openingKeysAt(options.data) : []
  const statusList = options.status === undefined ? undefined : await statusListAt(options.status)
  const examiner = { directory, now, openingKeys, ...(statusList && { statusList }) }
  return examined(file, examine(bytes, examiner))
}

/** A verdict that did not look at the list would be taken for one that did. */
function noStatus(kind: string): UsageError {
  return new UsageError(
    `--status is about an attestation, and this is of kind ${kind}; \`pouch open --out\` writes them`,
  )
}

function openingKeysAt(data: string | undefined): readonly OpeningKey[] {
  return keystoreAt(readPlace(environment(), data)).openingKeys()
}
