/** Answers for the ceremony in which signers at different places propose, sign and combine a version of the registry. */
import path from 'node:path'
import { Command } from 'commander'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { coseSignatures } from '../../protocol/cose.ts'
import { combineRegistry, proposeRegistry, readUnverified, signRegistry } from '../../protocol/registry.ts'
import { environment, readPlace } from '../config.ts'
import { requireAdmissible } from '../policy/national/national-admission.ts'
import { documentFrom } from '../registry/plan.ts'
import { acting } from './answer.ts'
import { readBytes, readJsonFile, readTextFile, writeNew } from './files.ts'
import { keystoreAt } from './keys.ts'
import { described } from './registry-shown.ts'
import { type TrustOptions, timeOf, trustedRegistry, trustOption } from './trust.ts'

interface OutOptions extends TrustOptions {
  readonly out: string
  readonly next?: boolean
}

export function proposeCommand(): Command {
  return trustOption(new Command('propose'))
    .summary('turn a plan into a proposal')
    .description('Turn a plan (JSON) into a proposal for the root signers to sign.')
    .argument(
      '<plan>',
      'plan file (`pouch example plan` prints one); it names enrolments and modules by files from its own folder',
    )
    .requiredOption('--out <file>', 'where the proposal goes')
    .option('--next', 'follow the registry version that is trusted now, instead of beginning at version 1')
    .addHelpText(
      'after',
      '\nExamples:\n  pouch registry propose plan.json --out registry-1.proposal\n' +
        '  pouch registry propose plan.json --next --out registry-2.proposal --data est',
    )
    .action(
      acting<OutOptions>((options, [plan = '']) => {
        const beside = (file: string) => path.resolve(path.dirname(plan), file)
        const files = {
          enrolment: (file: string) => readJsonFile(beside(file)),
          profile: (file: string) => readJsonFile(beside(file)),
          policies: (file: string) => readTextFile(beside(file)),
        }
        const previous = options.next === true ? trustedRegistry(options) : undefined
        const document = documentFrom(readJsonFile(plan), files, previous, timeOf(undefined))
        writeNew(options.out, proposeRegistry(document))
        return described(document, `proposal written to ${options.out}`)
      }),
    )
}

export function signCommand(): Command {
  return new Command('sign')
    .summary('sign a proposal with this data folder’s root keys')
    .description(
      'Sign a proposal with the root keys of this data folder. Read it first: `pouch registry show`.',
    )
    .argument('<proposal>', 'proposal file')
    .requiredOption('--out <file>', 'where the two signatures go')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch registry sign registry-1.proposal --data signer-a --out a.signature',
    )
    .action(
      acting<OutOptions>(({ data, out }, [file = '']) => {
        const proposal = readBytes(file)
        const document = readUnverified(proposal)
        requireAdmissible(document)
        const pair = keystoreAt(readPlace(environment(), data)).signingPair('root')
        writeNew(out, encodeAs(coseSignatures, signRegistry(proposal, pair)))
        return described(document, `signatures written to ${out}`)
      }),
    )
}

export function combineCommand(): Command {
  return new Command('combine')
    .summary('join a proposal and its signatures')
    .description(
      'Join a proposal and the signatures of its signers into a registry. Who accepts it counts them.',
    )
    .argument('<proposal>', 'proposal file')
    .argument('<signatures...>', 'signature files')
    .requiredOption('--out <file>', 'where the registry goes')
    .addHelpText(
      'after',
      '\nExample:\n  pouch registry combine registry-1.proposal a.signature b.signature --out registry.cose',
    )
    .action(
      acting<OutOptions>(({ out }, [file = '', ...signatures]) => {
        const proposal = readBytes(file)
        const read = signatures.map((each) => decodeAs(coseSignatures, readBytes(each)))
        writeNew(out, combineRegistry(proposal, read))
        return described(readUnverified(proposal), `registry written to ${out}`)
      }),
    )
}
