/** Answers for requests to other gateways: signed, and bounded in time and in what they may answer. */
import type { SigningKey } from '../../../protocol/key.ts'
import type { Seconds } from '../../../protocol/names.ts'
import { digestField, signRequestOffThread } from '../../http/message-signatures.ts'
import { type PeerAnswer, readPeerAnswer } from './peer-answer.ts'
import type { PeerConnections, PeerResponse } from './peer-connections.ts'

export interface PeerRequest {
  readonly peers: PeerConnections
  readonly targetUri: string
  readonly body: Uint8Array
  /** Of the receipt that this gateway gave for what it relays; the other one enters it. */
  readonly receiptLeaf?: Uint8Array | undefined
  readonly key: SigningKey
  readonly now: Seconds
  readonly timeoutMilliseconds: number
  readonly stop: AbortSignal
}

export async function postToPeer(request: PeerRequest): Promise<PeerAnswer> {
  try {
    const { status, body, headers } = await send(request)
    return readPeerAnswer(status, textOf(body), headers['retry-after'])
  } catch {
    // Unreachable, too slow, too much: none of it settles whether the peer has taken the bytes.
    return { kind: 'unsettled', away: true }
  }
}

async function send({
  peers,
  targetUri,
  body,
  receiptLeaf,
  key,
  now,
  timeoutMilliseconds,
  stop,
}: PeerRequest): Promise<PeerResponse> {
  const relayed = receiptLeaf && { receiptLeaf: digestField(receiptLeaf) }
  const parts = { method: 'POST', targetUri, body, ...relayed }
  return peers.ask(targetUri, {
    method: 'POST',
    body,
    headers: async () => ({
      'content-type': 'application/cose',
      ...(await signRequestOffThread(parts, key, now)),
    }),
    // One time for the whole of it, the body's last byte included.
    signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMilliseconds)]),
  })
}

export function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}
