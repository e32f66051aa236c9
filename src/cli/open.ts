/** Answers for `pouch open`: an envelope opened here, with the keys of the data folder, without a gateway. */
import { Command } from 'commander'
import { openEnvelope } from '../../protocol/envelope/open.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { environment, readPlace } from '../config.ts'
import { attestationShown } from '../http/forms/attestation.ts'
import { type Answer, acting, answer } from './answer.ts'
import { attestationLines, writeAttestations } from './attestations.ts'
import { readBytes } from './files.ts'
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
    .argument('<file>', 'an envelope, - for standard input')
    .option('--at <time>', 'verify as of this time (default: now)')
    .option('--out <folder>', 'write each attestation to a file in this folder')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch open envelope.cose --out attestations --data nld',
    )
    .action(acting<OpenOptions>(open))
}

function open(options: OpenOptions, [file = '']: readonly string[]): Answer {
  const now = timeOf(options.at)
  const directory = trustedDirectory(options, now)
  const verified = verify(readBytes(file), directory, now)
  const keys = keystoreAt(readPlace(environment(), options.data)).openingKeys()
  const { envelope, attestations } = openEnvelope(verified, keys, directory, now)
  const shown = attestations.map(attestationShown)
  const files = options.out === undefined ? [] : writeAttestations(options.out, shown)
  const lines = shown.flatMap((attestation, i) => attestationLines(attestation, files[i]))
  const { id, issuer } = envelope
  return answer([`envelope ${id} from ${issuer}`, ...lines].join('\n'), {
    id,
    issuer,
    attestations: shown,
    files,
  })
}
