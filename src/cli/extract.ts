/** Answers for `pouch extract`: an evidence file taken apart, into files that the other commands take. */
import path from 'node:path'
import { Command } from 'commander'
import { decodeAs } from '../../protocol/codec.ts'
import { type EvidenceFile, evidenceFile } from '../../protocol/evidence-format.ts'
import { acting, answer, type GlobalOptions } from './answer.ts'
import { makeFolder, readBytes, writeNew } from './files.ts'

interface ExtractOptions extends GlobalOptions {
  readonly out: string
}

export function extractCommand(): Command {
  return new Command('extract')
    .summary('take an evidence file apart')
    .description(
      'Write the parts of an evidence file to a folder: envelope, registry, receipts, acknowledgements, checkpoint. ' +
        'Verifies nothing.',
    )
    .argument('<file>', 'an evidence file, - for standard input')
    .requiredOption('--out <folder>', 'where the parts go')
    .addHelpText('after', '\nExample:\n  pouch extract evidence.cbor --out parts')
    .action(
      acting<ExtractOptions>(({ out }, [file = '']) => {
        const parts = partsOf(decodeAs(evidenceFile, readBytes(file), 'evidence'))
        makeFolder(out)
        const files = parts.map(([name, bytes]) => {
          writeNew(path.join(out, name), bytes)
          return path.join(out, name)
        })
        return answer(files.join('\n'), { out, files })
      }),
    )
}

type Part = readonly [name: string, bytes: Uint8Array | string]

function partsOf(evidence: EvidenceFile): readonly Part[] {
  const { registry, envelope, entries, peerReceipts, acknowledgements, checkpoint } = evidence
  return [
    ['registry.cose', registry],
    ...(envelope === undefined ? [] : [['envelope.cose', envelope] as const]),
    ...entries.map(({ receipt }, i) => [`${i + 1}.receipt.cbor`, receipt] as const),
    ...peerReceipts.map(({ party, receipt }, i) => [`${i + 1}-${party}.receipt.cbor`, receipt] as const),
    ...acknowledgements.map((bytes, i) => [`${i + 1}.acknowledgement.cose`, bytes] as const),
    ['checkpoint', checkpoint],
  ]
}
