/** Answers for `pouch keys list`: each key, how it stands by the registry that is trusted here, and what ends when. */
import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { KeyListing } from '../../keys/key-folder.ts'
import type { VerifiedRegistry } from '../../protocol/registry.ts'
import { ConfigurationError, environment, readParty, readPlace, readTrust } from '../config.ts'
import { expiriesOf, type Expiry, urgencyOf } from '../keys/expiries.ts'
import { type KeyStanding, standingsOf } from '../keys/standing.ts'
import { type Answer, acting, answer, type GlobalOptions, toDate } from './answer.ts'
import { keysAt } from './keys.ts'
import { timeOf, trustedRegistry } from './trust.ts'

export function listCommand(): Command {
  return new Command('list')
    .summary('list keys, and how they stand')
    .description(
      'List the public halves of the keys, and by the trusted registry whether each is announced, active, retired, ' +
        'revoked or destroyed, and what ends within thirty days. Needs no passphrase.',
    )
    .addHelpText('after', '\nExample:\n  pouch keys list --data est')
    .action(
      acting<GlobalOptions>(({ data }) => {
        const place = readPlace(environment(), data)
        const keys = keysAt(place)
        const registry = registryHere(data)
        if (registry === undefined) return listing(keys)
        const now = timeOf(undefined)
        const party = readParty(environment(), data)
        const listed = registry.document.parties.find(({ id }) => id === party)?.keys ?? []
        const standings = standingsOf(keys, listed, now)
        return listing(keys, standings, expiriesOf(registry.document.expires, standings), now)
      }),
    )
}

/** `undefined` in the folder of a root signer, and before a registry is trusted. */
export function registryHere(data: string | undefined): VerifiedRegistry | undefined {
  try {
    if (!readTrust(environment(), data).registryFiles.every((file) => existsSync(file))) return undefined
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
  return trustedRegistry(data === undefined ? {} : { data })
}

export function listing(
  keys: readonly KeyListing[],
  standings: readonly KeyStanding[] = [],
  expiries: readonly Expiry[] = [],
  now = 0,
): Answer {
  const rows = [...keys.map((key) => heldRow(key, standings)), ...standings.flatMap(goneRow)]
  const soon = expiries.filter((expiry) => urgencyOf(expiry, now) !== undefined)
  const text = [
    line('use', 'gen', 'algorithm', 'created', 'state', 'key id'),
    ...rows.map(({ use, generation, algorithm, created, state, id }) =>
      line(use, String(generation ?? ''), algorithm, created ?? '', state ?? '', id),
    ),
    ...soon.map(({ what, keyId, at }) =>
      `${now < at ? 'ends' : 'ENDED'} ${toDate(at)}  ${what} ${keyId ?? ''}`.trimEnd(),
    ),
  ]
  const ends = expiries.map(({ at, ...rest }) => ({ ...rest, at: toDate(at) }))
  return answer(text.join('\n'), { keys: rows, ...(expiries.length === 0 ? {} : { expiries: ends }) })
}

interface Row {
  readonly use: string
  readonly generation?: number
  readonly algorithm: string
  readonly created?: string
  readonly held?: 'file' | 'token'
  readonly state?: string
  readonly id: string
}

function heldRow(key: KeyListing, standings: readonly KeyStanding[]): Row {
  const { use, generation, publicKey, created, id, held } = key
  const state = standings.find((standing) => standing.id === id)?.state
  const known = { use, generation, algorithm: publicKey.algorithm, created: toDate(created), held, id }
  return state === undefined ? known : { ...known, state }
}

function goneRow({ use, id, state, held, listed }: KeyStanding): readonly Row[] {
  return held !== undefined || listed === undefined
    ? []
    : [{ use, algorithm: listed.key.algorithm, state, id }]
}

function line(
  use: string,
  generation: string,
  algorithm: string,
  created: string,
  state: string,
  id: string,
): string {
  const words = [
    use.padEnd(9),
    generation.padStart(3),
    algorithm.padEnd(9),
    created.padEnd(20),
    state.padEnd(9),
  ]
  return `${words.join('  ')}  ${id}`
}
