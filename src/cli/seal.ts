/** Answers for `pouch seal`: a request in JSON becomes a sealed envelope here, with the keys of the data folder. */
import { Command } from 'commander'
import { environment, readParty, readPlace } from '../config.ts'
import { sealRequest } from '../exchange/seal-request.ts'
import { packageForm } from '../http/forms/submission.ts'
import { acting, again, answer } from './answer.ts'
import { readJsonFile, writeNew } from './files.ts'
import { formed } from './formed.ts'
import { keystoreAt } from './keys.ts'
import { type StatedOptions, statedOptions, withStated } from './stated.ts'
import { type TrustOptions, timeOf, trustedDirectory, trustOption } from './trust.ts'

interface SealOptions extends TrustOptions, StatedOptions {
  readonly out: string
}

export function sealCommand(): Command {
  return statedOptions(trustOption(new Command('seal')))
    .summary('seal a request without a gateway')
    .description(
      'Issue, sign and seal the attestations of a request (JSON, as for send) to its recipients’ current keys.',
    )
    .argument('<request>', 'a request in JSON, - for standard input; `pouch example request` prints one')
    .requiredOption('--out <file>', 'where the envelope goes')
    .addHelpText(
      'after',
      '\nExamples:\n  POUCH_PASSPHRASE_FILE=passphrase pouch seal request.json --out envelope.cose --data est\n' +
        '  pouch seal request.json --legal-basis Art-4 --reader-clearance 3 --reader-nationality NLD --out envelope.cose --data est',
    )
    .action(
      acting<SealOptions>(async (options, [file = '']) => {
        const now = timeOf(undefined)
        const request = withStated(formed(packageForm, readJsonFile(file), file), options)
        const directory = trustedDirectory(options, now)
        const place = readPlace(environment(), options.data)
        const party = readParty(environment(), options.data)
        const signing = keystoreAt(place).signingPair()
        const bytes = await sealRequest(request, { party, signing, directory, now })
        writeNew(options.out, bytes)
        const text = `${bytes.length} bytes for ${request.recipients.join(', ')} written to ${options.out}`
        return answer(`${text}\n  next: pouch send ${options.out}${again(options)}`, {
          out: options.out,
          bytes: bytes.length,
        })
      }),
    )
}
