/** Answers for `pouch evidence`: one file that proves a transfer to anyone, offline. */
import { Command } from 'commander'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { acting, again, answer } from './answer.ts'
import { writeNew } from './files.ts'
import { envelopeIn } from './reference.ts'

interface EvidenceOptions extends AgencyOptions {
  readonly out: string
}

export function evidenceCommand(): Command {
  return agencyOption(new Command('evidence'))
    .summary('fetch the proof of a transfer')
    .description(
      'Fetch one file with all that proves a transfer: envelope, entries, receipts, acknowledgements, checkpoint.',
    )
    .argument('<id>', 'id of the envelope')
    .requiredOption('--out <file>', 'where the evidence goes')
    .addHelpText('after', '\nExample:\n  pouch evidence 5f0c… --out evidence.cbor --data est')
    .action(
      acting<EvidenceOptions>((options, [given = '']) => {
        const id = envelopeIn(given)
        return atGateway(options, async (client) => {
          const bytes = await client.evidence(id)
          writeNew(options.out, bytes)
          const next = `  next: pouch verify ${options.out}${again(options)}`
          return answer(`${bytes.length} bytes written to ${options.out}\n${next}`, {
            id,
            bytes: bytes.length,
            out: options.out,
          })
        })
      }),
    )
}
