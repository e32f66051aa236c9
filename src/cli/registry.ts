/** Answers for `pouch registry`: the ceremony in which signers at different places propose, sign and combine a version. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { coseSignatures, plainCoseSign } from '../../protocol/cose.ts'
import {
  acceptFirst,
  combineRegistry,
  proposeRegistry,
  type RegistryDocument,
  registryDocument,
  signRegistry,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { changeSettings, environment, readPlace } from '../config.ts'
import { documentFrom } from '../registry/plan.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { readBytes, readJsonFile, writeNew } from './files.ts'
import { keystoreAt } from './keys.ts'
import { type TrustOptions, timeOf, trustedRegistry, trustOption } from './trust.ts'

interface OutOptions extends TrustOptions {
  readonly out: string
  readonly next?: boolean
}

export function registryCommand(): Command {
  return new Command('registry')
    .summary('propose, sign and read the registry')
    .description(
      'Propose, sign, combine and read the registry: the signed directory of parties, keys and agreements.',
    )
    .addCommand(propose())
    .addCommand(sign())
    .addCommand(combine())
    .addCommand(show())
    .addCommand(roots())
    .addCommand(trust())
}

function propose(): Command {
  return trustOption(new Command('propose'))
    .summary('turn a plan into a proposal')
    .description('Turn a plan (JSON) into a proposal for the root signers to sign.')
    .argument('<plan>', 'plan file; enrolment files in it are named from its folder')
    .requiredOption('--out <file>', 'where the proposal goes')
    .option('--next', 'follow the registry version that is trusted now, instead of beginning at version 1')
    .addHelpText('after', '\nExample:\n  pouch registry propose plan.json --out registry-1.proposal')
    .action(
      acting<OutOptions>((options, [plan = '']) => {
        const enrolment = (file: string) => readJsonFile(path.resolve(path.dirname(plan), file))
        const previous = options.next === true ? trustedRegistry(options) : undefined
        const document = documentFrom(readJsonFile(plan), enrolment, previous, timeOf(undefined))
        writeNew(options.out, proposeRegistry(document))
        return described(document, `proposal written to ${options.out}`)
      }),
    )
}

function sign(): Command {
  return new Command('sign')
    .summary('sign a proposal with this data folder’s root keys')
    .description(
      'Sign a proposal with the root keys of this data folder. Read it first: `pouch registry show`.',
    )
    .argument('<proposal>', 'proposal file')
    .requiredOption('--out <file>', 'where the two signatures go')
    .addHelpText(
      'after',
      '\nExample:\n  pouch registry sign registry-1.proposal --data signer-1 --out signer-1.signature',
    )
    .action(
      acting<OutOptions>(({ data, out }, [file = '']) => {
        const proposal = readBytes(file)
        const document = decodeAs(registryDocument, proposal)
        const pair = keystoreAt(readPlace(environment(), data)).signingPair('root')
        writeNew(out, encodeAs(coseSignatures, signRegistry(proposal, pair)))
        return described(document, `signatures written to ${out}`)
      }),
    )
}

function combine(): Command {
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
        return described(decodeAs(registryDocument, proposal), `registry written to ${out}`)
      }),
    )
}

function show(): Command {
  return new Command('show')
    .summary('list what a registry or proposal says')
    .description('List the parties, keys and agreements of a registry or a proposal. Verifies no signature.')
    .argument('<file>', 'registry or proposal')
    .addHelpText('after', '\nExample:\n  pouch registry show registry.cose')
    .action(acting<GlobalOptions>((_, [file = '']) => described(documentIn(readBytes(file)), file)))
}

function roots(): Command {
  return new Command('roots')
    .summary('print the digest of the roots, to compare and pin')
    .description(
      'Print the digest of a registry’s roots. Compare it with the signers’ by voice, then pin it.',
    )
    .argument('<file>', 'registry or proposal')
    .addHelpText('after', '\nExample:\n  pouch registry roots registry.cose')
    .action(
      acting<GlobalOptions>((_, [file = '']) => {
        const digest = rootsDigest(documentIn(readBytes(file)).roots)
        return answer(digest, { roots: digest })
      }),
    )
}

interface RootsOptions extends GlobalOptions {
  readonly roots: string
}

function trust(): Command {
  return new Command('trust')
    .summary('pin the roots and the registry in the data folder')
    .description('Accept a registry by the digest of its roots, and keep both in the data folder.')
    .argument('<file>', 'registry')
    .requiredOption('--roots <digest>', 'the digest that the signers read out')
    .addHelpText('after', '\nExample:\n  pouch registry trust registry.cose --roots 5d2f… --data est')
    .action(
      acting<RootsOptions>(({ data, roots }, [file = '']) => {
        const { document, bytes } = acceptFirst(readBytes(file), roots)
        const place = readPlace(environment(), data)
        mkdirSync(place.dataFolder, { recursive: true, mode: 0o700 })
        writeNew(path.join(place.dataFolder, 'registry.cose'), bytes)
        changeSettings(place, { pinnedRoots: roots })
        return described(document, `trusted in ${place.dataFolder}`)
      }),
    )
}

/** A registry begins with tag 98, a proposal is a map. */
function documentIn(bytes: Uint8Array): RegistryDocument {
  const proposal = bytes[0] === 0xd8 ? decodeAs(plainCoseSign, bytes)[2] : bytes
  return decodeAs(registryDocument, proposal)
}

function described(document: RegistryDocument, heading: string): Answer {
  const { version, issued, expires, parties, agreements, schemes, groups } = document
  const { threshold, signers } = document.roots
  const lines = [
    heading,
    `  version ${version}, issued ${toDate(issued)}, expires ${toDate(expires)}`,
    `  roots ${rootsDigest(document.roots)}: ${threshold} of ${signers.map(({ name }) => name).join(', ')}`,
    ...parties.map(({ id, name, gateway, accreditation, keys }) => {
      return `  party ${id} (${name}) at ${gateway}, level ${accreditation}, ${keys.length} keys`
    }),
    ...agreements.map(
      ({ id, title, timeline }) => `  agreement ${id}: ${title}, ${timeline.at(-1)?.state ?? 'no state'}`,
    ),
    `  schemes ${schemes.map(({ issuer }) => issuer).join(', ')}; groups ${groups.map(({ id }) => id).join(', ')}`,
  ]
  const summary = {
    version,
    issued: toDate(issued),
    expires: toDate(expires),
    roots: rootsDigest(document.roots),
  }
  return answer(lines.join('\n'), {
    ...summary,
    parties: parties.map(({ id }) => id),
    agreements: agreements.map(({ id }) => id),
  })
}
