/** Answers for reading a registry or a proposal: what it says, and the digest of its roots; no signature is verified. */
import { Command } from 'commander'
import { type RegistryDocument, readUnverified } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import type { Witnessing } from '../../protocol/witnessing.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { readBytes } from './files.ts'

export function showCommand(): Command {
  return new Command('show')
    .summary('list what a registry or proposal says')
    .description('List the parties, keys and agreements of a registry or a proposal. Verifies no signature.')
    .argument('<file>', 'registry or proposal, - for standard input')
    .addHelpText('after', '\nExample:\n  pouch registry show registry.cose')
    .action(acting<GlobalOptions>((_, [file = '']) => described(readUnverified(readBytes(file)), file)))
}

export function rootsCommand(): Command {
  return new Command('roots')
    .summary('print the digest of the roots, to compare and pin')
    .description(
      'Print the digest of a registry’s roots. Compare it with the signers’ by voice, then pin it.',
    )
    .argument('<file>', 'registry or proposal, - for standard input')
    .addHelpText('after', '\nExample:\n  pouch registry roots registry.cose')
    .action(
      acting<GlobalOptions>((_, [file = '']) => {
        const digest = rootsDigest(readUnverified(readBytes(file)).roots)
        return answer(digest, { roots: digest })
      }),
    )
}

export function described(document: RegistryDocument, heading: string): Answer {
  const { version, parties, agreements, schemes, groups, witnessing, modules = [] } = document
  const issued = toDate(document.issued)
  const expires = toDate(document.expires)
  const roots = rootsDigest(document.roots)
  const { threshold, signers } = document.roots
  const lines = [
    heading,
    `  version ${version}, issued ${issued}, expires ${expires}`,
    `  roots ${roots}: ${threshold} of ${signers.map(({ name }) => name).join(', ')}`,
    ...parties.flatMap(({ id, name, gateway, accreditation, keys }) => [
      `  party ${id} (${name}) at ${gateway}, accredited to level ${accreditation}`,
      ...keys.map(({ use, key, until, revoked }) => {
        const ends = until === undefined ? '' : `  until ${toDate(until)}`
        return `    ${use.padEnd(9)}  ${key.id}${ends}${revoked === undefined ? '' : `  revoked ${toDate(revoked)}`}`
      }),
    ]),
    ...agreements.map(
      ({ id, title, timeline }) => `  agreement ${id}: ${title}, ${timeline.at(-1)?.state ?? 'no state'}`,
    ),
    ...witnessingLines(witnessing),
    ...modules.map(
      ({ party, policies }) => `  module of ${party}: ${policies.length} characters of rules of its own`,
    ),
    `  schemes ${schemes.map(({ issuer }) => issuer).join(', ')}; groups ${groups.map(({ id }) => id).join(', ') || 'none'}`,
  ]
  return answer(lines.join('\n'), {
    ...{ version, issued, expires, roots, threshold },
    signers: signers.map(({ name }) => name),
    parties: parties.map(({ id, gateway, keys }) => ({
      id,
      gateway,
      keys: keys.map(({ use, key }) => ({ use, id: key.id })),
    })),
    agreements: agreements.map(({ id }) => id),
    ...(witnessing && { witnessing }),
    ...(modules.length > 0 && { modules }),
  })
}

function witnessingLines(witnessing: Witnessing | undefined): readonly string[] {
  if (witnessing === undefined) return ['  no witnesses: levels 3 and 4 are refused']
  const { witnesses, quorums, limit } = witnessing
  return [
    `  witnesses ${witnesses.join(', ')}; needed ${quorums.map((quorum, level) => `${quorum} at level ${level}`).join(', ')}; within ${limit} s`,
  ]
}
