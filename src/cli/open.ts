/** Answers for `pouch open`: an envelope opened here, with the keys of the data folder, without a gateway. */
import path from 'node:path'
import { Command } from 'commander'
import { openEnvelope } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { printMarking } from '../../protocol/label.ts'
import { environment, readPlace } from '../config.ts'
import { attestationShown } from '../http/forms/attestation.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'
import { readBytes, writeNew } from './files.ts'
import { keystoreAt } from './keys.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'

interface OpenOptions extends TrustOptions {
  readonly at?: string
  readonly out?: string
}

export function openCommand(): Command {
  return trustOption(new Command('open'))
    .summary('open an envelope without a gateway')
    .description('Verify an envelope, open it with the keys of the data folder, and verify what is inside.')
    .argument('<file>', 'an envelope')
    .option('--at <time>', 'verify as of this time (default: now)')
    .option('--out <folder>', 'write each attestation to a file in this folder')
    .addHelpText('after', '\nExample:\n  pouch open envelope.cose --data nld')
    .action(acting<OpenOptions>(open))
}

function open(options: OpenOptions, [file = '']: readonly string[]): Answer {
  const now = timeOf(options.at)
  const directory = trustedDirectory(options, now)
  const keys = keystoreAt(readPlace(environment(), options.data)).openingKeys()
  const { envelope, attestations } = openEnvelope(
    verify(readBytes(file), directory, now),
    keys,
    directory,
    now,
  )
  const files = attestations.map(({ id, bytes }) => {
    const out = options.out === undefined ? undefined : path.join(options.out, `${id}.attestation.cose`)
    if (out !== undefined) writeNew(out, bytes)
    return out
  })
  const lines = attestations.flatMap(({ subject, clearance, identifiers }, i) => [
    `  ${subject}: ${printMarking(clearance.scheme, clearance.level)} until ${toDate(clearance.validUntil)}`,
    ...[...identifiers].map(([name, value]) => `    ${name}: ${value}`),
    ...(files[i] === undefined ? [] : [`    written to ${files[i]}`]),
  ])
  return answer([`envelope ${envelope.id} from ${envelope.issuer}`, ...lines].join('\n'), {
    id: envelope.id,
    issuer: envelope.issuer,
    attestations: attestations.map(attestationShown),
  })
}
