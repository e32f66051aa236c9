/** Answers for how the client reaches its gateway: with `fetch`, or, where a certificate is shown, by connections of its own. */
import { connectToPeers } from '../exchange/peer/peer-connections.ts'

/** In PEM. What is absent: no certificate is shown; the authorities of the system are trusted. */
export interface ClientTls {
  readonly certificate?: string | Uint8Array
  readonly key?: string | Uint8Array
  /** Who issued the certificate of the agency listener. */
  readonly authorities?: string | Uint8Array
}

export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
}

/** Gives the whole answer: one that breaks off is a lost answer. Throws what `fetch` throws. */
export type Sender = (url: string, sent: Sent) => Promise<Response>

/** Far above any bundle of a ledger. */
const mostAnswerBytes = 64 * 1024 * 1024

export function senderWith(tls: ClientTls | undefined): Sender {
  return tls === undefined ? fetched : shown(tls)
}

async function fetched(url: string, { body, ...sent }: Sent): Promise<Response> {
  const content = body === undefined ? {} : { body: new Uint8Array(body) }
  const response = await fetch(url, { ...sent, ...content, redirect: 'error' })
  return new Response(await response.arrayBuffer(), response)
}

function shown({ certificate, key, authorities }: ClientTls): Sender {
  const connections = connectToPeers({
    ...(certificate !== undefined && { certificate: Buffer.from(certificate) }),
    ...(key !== undefined && { key: Buffer.from(key) }),
    ...(authorities !== undefined && { authorities: Buffer.from(authorities) }),
  })
  return async (url, sent) => {
    try {
      const answer = await connections.ask(url, { ...sent, maxAnswerBytes: mostAnswerBytes })
      const headers = Object.entries(answer.headers).filter((each): each is [string, string] => {
        return typeof each[1] === 'string'
      })
      return new Response(answer.body, { status: answer.status, headers })
    } catch (cause) {
      sent.signal.throwIfAborted()
      throw new TypeError('no answer', { cause })
    }
  }
}
