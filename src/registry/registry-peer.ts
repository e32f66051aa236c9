/** Answers for asking another gateway for a version of the registry, and for offering it one: bounded, and believed for nothing. */
import { maxRegistryBytes } from '../../protocol/registry.ts'
import type { SigningKey } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { PeerConnections, PeerResponse } from '../exchange/peer/peer-connections.ts'
import { signRequestOffThread } from '../http/message-signatures.ts'
import type { Gateway } from '../exchange/gateway.ts'

export interface RegistryPeer {
  readonly gateway: Gateway
  /** Its origin. */
  readonly peer: string
  readonly stop: AbortSignal
}

/** The one in force there, or the one of this number; `undefined` when there is no answer. */
export async function fetchVersion(
  { gateway, peer, stop }: RegistryPeer,
  version?: number,
): Promise<Uint8Array | undefined> {
  const path = version === undefined ? '/v1/registry' : `/v1/registry/${version}`
  try {
    const { status, body } = await gateway.peers.ask(new URL(path, peer), {
      maxAnswerBytes: maxRegistryBytes,
      signal: timed(gateway, stop),
    })
    return status === 200 ? body : undefined
  } catch {
    // Away, too slow, too much: it is asked again, and others are.
    return undefined
  }
}

/** Whether it took it. */
export async function offerVersion(
  { gateway, peer, stop }: RegistryPeer,
  bytes: Uint8Array,
): Promise<boolean> {
  const { peers, keys } = gateway
  try {
    const put = { peers, peer, key: keys.transport, now: gateway.now(), signal: timed(gateway, stop) }
    return (await putVersion(put, bytes)).status === 200
  } catch {
    // It asks for it itself.
    return false
  }
}

export interface Putting {
  readonly peers: PeerConnections
  /** The origin of an exchange listener. */
  readonly peer: string
  /** A transport key that the registry held there lists. */
  readonly key: SigningKey
  readonly now: Seconds
  readonly signal: AbortSignal
}

/** Throws what the network throws. */
export async function putVersion(
  { peers, peer, key, now, signal }: Putting,
  bytes: Uint8Array,
): Promise<PeerResponse> {
  const targetUri = new URL('/v1/registry', peer).href
  const parts = { method: 'PUT', targetUri, body: bytes }
  const headers = async () => ({
    'content-type': 'application/cose',
    ...(await signRequestOffThread(parts, key, now)),
  })
  return peers.ask(targetUri, { method: 'PUT', body: bytes, headers, signal })
}

function timed({ limits }: Gateway, stop: AbortSignal): AbortSignal {
  return AbortSignal.any([stop, AbortSignal.timeout(1000 * limits.relayTimeoutSeconds)])
}
