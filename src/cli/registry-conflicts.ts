/** Answers for `pouch registry conflicts`: versions that the roots signed twice, and both documents of each in files. */
import path from 'node:path'
import { Command } from 'commander'
import { toHex } from '../../protocol/bytes.ts'
import { documentDigestOf } from '../../protocol/registry.ts'
import type { Client } from '../client/client.ts'
import type { RegistryConflictsView } from '../http/forms/registry.ts'
import { type AgencyOptions, agencyOption, atGateway } from './agency.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'
import { makeFolder, writeNew } from './files.ts'
import { timeOf } from './trust.ts'

interface ConflictsOptions extends AgencyOptions {
  readonly save?: string
  readonly since?: string
}

type Conflict = RegistryConflictsView['conflicts'][number]

export function conflictsCommand(): Command {
  return agencyOption(new Command('conflicts'))
    .summary('list versions that the roots signed twice')
    .description(
      'List the versions of which the gateway was shown a second document that enough roots signed. The one held stays in ' +
        'force. It is an alarm: the signers, or whoever has their keys, told different things to different gateways. Exit ' +
        'code 1 when there is one; it stays until --since leaves it out. Needs the role officer or auditor.',
    )
    .option('--save <folder>', 'write both documents of each, to hold them against each other')
    .option('--since <time>', 'only what was found at this time or later')
    .addHelpText(
      'after',
      '\nExample:\n  pouch registry conflicts --save conflicts --data est\n' +
        '  pouch verify conflicts/registry-5-other-1f0c….cose --data est\n' +
        '  pouch policy diff conflicts/registry-5-held-9a3e….cose conflicts/registry-5-other-1f0c….cose',
    )
    .action(
      acting<ConflictsOptions>((options) => {
        const since = options.since === undefined ? 0 : timeOf(options.since, '--since')
        return atGateway(options, async (client) => {
          const { conflicts } = await client.registryConflicts()
          const wanted = conflicts.filter(({ foundAt }) => foundAt >= since)
          const files = options.save === undefined ? [] : await saved(client, wanted, options.save)
          return listed(wanted, files)
        })
      }),
    )
}

/** Under their digests, each once: a version may have more than two documents. */
async function saved(
  client: Client,
  conflicts: readonly Conflict[],
  folder: string,
): Promise<readonly string[]> {
  const files = new Map<string, Uint8Array>()
  const keep = (name: string, bytes: Uint8Array): void => {
    const digest = toHex(documentDigestOf(bytes)).slice(0, 16)
    files.set(path.join(folder, `${name}-${digest}.cose`), bytes)
  }
  for (const { version, other } of conflicts) {
    keep(`registry-${version}-held`, await client.registry(version))
    keep(`registry-${version}-other`, await client.conflictingRegistry(other))
  }
  if (files.size > 0) makeFolder(folder)
  for (const [file, bytes] of files) writeNew(file, bytes)
  return [...files.keys()]
}

function listed(conflicts: readonly Conflict[], files: readonly string[]): Answer {
  const shown = conflicts.map(({ held, other, foundAt, ...rest }) => ({
    ...{ ...rest, held: toHex(held), other: toHex(other), foundAt: toDate(foundAt) },
  }))
  if (shown.length === 0)
    return answer('no version has a second document here', { conflicts: shown, files }, true)
  const lines = shown.flatMap(({ version, held, other, foundAt, gateway }) => [
    `ALARM: version ${version} has a second document, found ${foundAt}${gateway === undefined ? '' : `, brought by ${gateway}`}`,
    `  held   ${held}`,
    `  other  ${other}`,
  ])
  const next = 'compare the digests with the signers and with other parties, by voice'
  const text = [...lines, ...files.map((file) => `  saved  ${file}`), `  next: ${next}`]
  return answer(text.join('\n'), { conflicts: shown, files, next }, false)
}
