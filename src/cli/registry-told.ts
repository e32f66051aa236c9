/** Answers for giving a registry to other parties’ gateways: signed as one of this party’s own, and what each makes of it. */
import { Rejected } from '../../protocol/errors.ts'
import type { SigningKey } from '../../protocol/key.ts'
import { isLive } from '../../protocol/key-changes.ts'
import type { Seconds } from '../../protocol/names.ts'
import { readUnverified } from '../../protocol/registry.ts'
import { problemOf } from '../client/problem-error.ts'
import { environment, readParty, readPlace } from '../config.ts'
import { connectToPeers } from '../exchange/peer/peer-connections.ts'
import { type Putting, putVersion } from '../registry/registry-peer.ts'
import { readPeerTls } from '../tls-files.ts'
import { type Answer, answer, type GlobalOptions } from './answer.ts'
import { codeOf } from './files.ts'
import { keystoreAt } from './keys.ts'
import { timeOf, trustedRegistry } from './trust.ts'

const patienceMilliseconds = 30_000

interface Told {
  readonly gateway: string
  readonly taken: boolean
  /** Of the refusal, or of the connection. */
  readonly code?: string
  readonly said: string
}

/** `gateways` are origins of exchange listeners. Exit code 1 when one of them does not take it. */
export async function toOthers(
  { data }: GlobalOptions,
  gateways: readonly string[],
  bytes: Uint8Array,
): Promise<Answer> {
  const { version } = readUnverified(bytes)
  const now = timeOf(undefined)
  const key = transportKey(data, now)
  const peers = connectToPeers(readPeerTls(environment(), data))
  const signal = AbortSignal.timeout(patienceMilliseconds)
  const told = await Promise.all(gateways.map((peer) => tell({ peers, peer, key, now, signal }, bytes)))
  peers.close()
  const lines = told.map(({ gateway, said }) => `  ${gateway}: ${said}`)
  const good = told.every(({ taken }) => taken)
  return answer([`version ${version}`, ...lines].join('\n'), { version, gateways: told }, good)
}

/** The newest that is here and in the registry: a later one is known to nobody yet. */
function transportKey(data: string | undefined, now: Seconds): SigningKey {
  const party = readParty(environment(), data)
  const { parties } = trustedRegistry(data === undefined ? {} : { data }).document
  const listed = parties.find(({ id }) => id === party)?.keys ?? []
  const live = new Set(listed.filter((each) => isLive(each, now)).map(({ key }) => key.id))
  const key = keystoreAt(readPlace(environment(), data))
    .transportKeys()
    .find(({ id }) => live.has(id))
  if (key === undefined)
    throw new Rejected('unknown-key', `no transport key of ${party} that is listed is here`)
  return key
}

async function tell(putting: Putting, bytes: Uint8Array): Promise<Told> {
  const { peer: gateway } = putting
  try {
    const { status, headers, body } = await putVersion(putting, bytes)
    if (status === 200) return { gateway, taken: true, said: 'has it' }
    const type = { 'content-type': headers['content-type'] ?? '' }
    const { code, title, next } = await problemOf(new Response(body, { status, headers: type }))
    return { gateway, taken: false, code, said: `refused: ${title} (${code}); ${next}` }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = codeOf(error) ?? error.name
    return { gateway, taken: false, code, said: `no answer (${code})` }
  }
}
