/** Answers for the ceremony in which the parties of agreements sign them, before the roots sign the registry that holds them. */
import { Command, InvalidArgumentError } from 'commander'
import {
  agreementSignatures,
  joinSignatures,
  signAgreement,
  signersOf,
  unsignedNames,
} from '../../protocol/agreement-signature.ts'
import { decodeAs, encodeAs } from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { speaksFor } from '../../protocol/policy/speaker.ts'
import { proposeRegistry, type RegistryDocument, readUnverified } from '../../protocol/registry.ts'
import { environment, readPlace } from '../config.ts'
import { type Answer, acting, answer, type GlobalOptions } from './answer.ts'
import { readBytes, writeNew } from './files.ts'
import { keystoreAt } from './keys.ts'

export function showCommand(): Command {
  return new Command('show')
    .summary('list the agreements of a registry or proposal, and who has signed them')
    .description(
      'List the agreements of a registry or a proposal, whose signatures each has and whose it lacks. Verifies the signatures of ' +
        'agreements, and not those of the roots.',
    )
    .argument('<file>', 'registry or proposal, - for standard input')
    .addHelpText('after', '\nExample:\n  pouch agreement show registry-2.proposal')
    .action(acting<GlobalOptions>((_, [file = '']) => described(readUnverified(readBytes(file)), file)))
}

interface SignOptions extends GlobalOptions {
  readonly party: PartyId
  readonly agreement?: readonly string[]
  readonly out: string
}

export function signCommand(): Command {
  return new Command('sign')
    .summary('sign agreements with this data folder’s keys')
    .description(
      'Sign the agreements of a proposal that the party speaks for, with the signing keys of this data folder. Read them ' +
        'first: `pouch agreement show`.',
    )
    .argument('<proposal>', 'proposal file')
    .requiredOption('--party <id>', 'whose keys these are', partyIn)
    .option(
      '--agreement <id>',
      'only this one; again for each further one',
      (id: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), id],
    )
    .requiredOption('--out <file>', 'where the signatures go')
    .addHelpText(
      'after',
      '\nExample:\n  POUCH_PASSPHRASE_FILE=passphrase pouch agreement sign registry-2.proposal --party EST --out est.signatures --data est',
    )
    .action(
      acting<SignOptions>(({ data, party, agreement: only, out }, [file = '']) => {
        const document = readUnverified(readBytes(file))
        const wanted = wantedOf(document, party, only)
        const pair = keystoreAt(readPlace(environment(), data)).signingPair()
        const signed = wanted.map((agreement) => signAgreement(agreement, pair))
        writeNew(out, encodeAs(agreementSignatures, signed))
        const ids = wanted.map(({ id }) => id)
        return answer(`signatures of ${ids.join(', ')} written to ${out}`, { party, agreements: ids, out })
      }),
    )
}

function partyIn(text: string): PartyId {
  if (/^[A-Z][A-Z0-9-]{1,31}$/.test(text)) return text
  throw new InvalidArgumentError('It should be the id of a party, such as EST.')
}

/** Throws `foreign-agreement` where the party speaks for none of its sides, and `unknown-agreement`. */
function wantedOf(
  document: RegistryDocument,
  party: PartyId,
  only: readonly string[] | undefined,
): readonly Agreement[] {
  const own = document.agreements.filter((agreement) => isOwn(document, agreement, party))
  if (only === undefined && own.length === 0)
    throw new Rejected('foreign-agreement', `${party} has none here`)
  return (only ?? own.map(({ id }) => id)).map((id) => {
    const found = document.agreements.find((agreement) => agreement.id === id)
    if (found === undefined) throw new Rejected('unknown-agreement', id)
    if (!own.includes(found)) throw new Rejected('foreign-agreement', `${party} on ${id}`)
    return found
  })
}

function isOwn({ parties, groups, issued }: RegistryDocument, agreement: Agreement, party: PartyId): boolean {
  const listed = {
    parties: new Set(parties.map(({ id }) => id)),
    groups: new Map(groups.map((group) => [group.id, group])),
  }
  return speaksFor(listed, agreement, party, issued)
}

interface CombineOptions extends GlobalOptions {
  readonly out: string
}

export function combineCommand(): Command {
  return new Command('combine')
    .summary('join a proposal and its parties’ signatures into a new proposal')
    .description(
      'Join a proposal and the signatures of the parties of its agreements. What comes out is a proposal, and the one that the ' +
        'roots sign.',
    )
    .argument('<proposal>', 'proposal file')
    .argument('<signatures...>', 'signature files')
    .requiredOption('--out <file>', 'where the new proposal goes')
    .addHelpText(
      'after',
      '\nExample:\n  pouch agreement combine registry-2.proposal est.signatures nld.signatures --out registry-2.signed.proposal',
    )
    .action(
      acting<CombineOptions>(({ out }, [file = '', ...signatures]) => {
        const document = readUnverified(readBytes(file))
        const given = signatures.flatMap((each) => decodeAs(agreementSignatures, readBytes(each)))
        const held = document.agreementSignatures ?? []
        const signed = { ...document, agreementSignatures: joinSignatures([...held, ...given]) }
        const shown = described(signed, `proposal written to ${out}`)
        writeNew(out, proposeRegistry(signed))
        return shown
      }),
    )
}

function described(document: RegistryDocument, heading: string): Answer {
  const rows = document.agreements.map((agreement) => {
    const { id, title, first, second } = agreement
    const signatures = document.agreementSignatures?.find((each) => each.agreement === id)?.signatures ?? []
    const signers = signersOf(agreement, document, signatures)
    return {
      id,
      title,
      first,
      second,
      signed: [...signers],
      lacks: unsignedNames(agreement, document, signers),
    }
  })
  const lines = rows.map(({ id, title, signed, lacks }) => {
    const missing = lacks.length === 0 ? 'nobody' : lacks.join(', ')
    return `  ${id}: ${title}; signed by ${signed.join(', ') || 'nobody'}, lacks ${missing}`
  })
  return answer([heading, ...lines].join('\n'), { agreements: rows })
}
