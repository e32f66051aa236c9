/** Answers for requests to other gateways: signed, and bounded in time and in what they may answer. */
import type { SigningKey } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import { contentDigest, signRequestOffThread } from '../http/message-signatures.ts'
import { type PeerAnswer, readPeerAnswer } from './peer-answer.ts'

export interface PeerRequest {
  readonly targetUri: string
  readonly body: Uint8Array<ArrayBuffer>
  /** Of this gateway for what it relays; the other one enters its digest. */
  readonly receipt?: Uint8Array | undefined
  readonly key: SigningKey
  readonly now: Seconds
  readonly timeoutMilliseconds: number
  readonly stop: AbortSignal
}

/** Far above any receipt, far below what could hurt. */
const maxAnswerBytes = 1_500_000

export async function postToPeer(request: PeerRequest): Promise<PeerAnswer> {
  try {
    const response = await send(request)
    return readPeerAnswer(response.status, await boundedText(response))
  } catch {
    // Unreachable, too slow, too much: none of it settles whether the peer has taken the bytes.
    return { kind: 'unsettled', away: true }
  }
}

async function send({
  targetUri,
  body,
  receipt,
  key,
  now,
  timeoutMilliseconds,
  stop,
}: PeerRequest): Promise<Response> {
  const receiptDigest = receipt && contentDigest(receipt)
  const parts = { method: 'POST', targetUri, body, ...(receiptDigest && { receiptDigest }) }
  return fetch(targetUri, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/cose',
      ...(await signRequestOffThread(parts, key, now)),
    },
    redirect: 'error',
    // One time for the whole of it, the body's last byte included.
    signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMilliseconds)]),
  })
}

/** Throws `RangeError` when a peer answers with more than any answer has. */
export async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > maxAnswerBytes) throw new RangeError('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
