/**
 * Answers for the connections to other gateways: kept open between requests, with TLS 1.3 and nothing older, showing this
 * gateway's certificate and trusting whom it was told to trust. No redirection is followed, and no answer is without end.
 */
import {
  Agent as PlainAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
  type RequestOptions,
} from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'

/** In PEM. What is absent: no certificate is shown; the authorities of the system are trusted. */
export interface PeerTls {
  readonly certificate?: Uint8Array
  readonly key?: Uint8Array
  readonly authorities?: Uint8Array
}

type Sent = Readonly<Record<string, string>>

interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT'
  /** A function is asked for each try: what is signed is sent once. */
  readonly headers?: Sent | (() => Promise<Sent>)
  readonly body?: Uint8Array
  readonly maxAnswerBytes?: number
  /** Ends it, the last byte of the answer included. */
  readonly signal: AbortSignal
}

export interface PeerResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array<ArrayBuffer>
}

export interface PeerConnections {
  /** Throws what the network throws, and `RangeError` when a peer answers with more than any answer has. */
  ask(url: string | URL, asked: Asked): Promise<PeerResponse>
  /** What TLS is made with from now on. */
  readonly tls: PeerTls
  renew(tls: PeerTls): void
  close(): void
}

/** Far above any receipt, far below what could hurt. */
const mostAnswerBytes = 1_500_000

export function connectToPeers(tls: PeerTls = {}): PeerConnections {
  const plain = new PlainAgent({ keepAlive: true })
  let [current, agent] = [tls, agentOf(tls)]
  return {
    get tls() {
      return current
    },
    ask: (url, asked) => askOnce(new URL(url), asked, { plain, agent }, true),
    renew: (next) => {
      retire(agent)
      current = next
      agent = agentOf(next)
    },
    close: () => {
      plain.destroy()
      agent.destroy()
    },
  }
}

/** For `node:tls`, for every connection to a peer. */
export function tlsOptionsOf({ certificate, key, authorities }: PeerTls) {
  return {
    minVersion: 'TLSv1.3',
    ...(certificate && { cert: Buffer.from(certificate) }),
    ...(key && { key: Buffer.from(key) }),
    ...(authorities && { ca: Buffer.from(authorities) }),
  } as const
}

function agentOf(tls: PeerTls): TlsAgent {
  return new TlsAgent({ keepAlive: true, ...tlsOptionsOf(tls) })
}

/** What is under way ends as it began; no connection of before is used again. */
function retire(agent: TlsAgent): void {
  agent.maxFreeSockets = 0
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy()
}

interface Agents {
  readonly plain: PlainAgent
  readonly agent: TlsAgent
}

async function askOnce(url: URL, asked: Asked, agents: Agents, mayRepeat: boolean): Promise<PeerResponse> {
  const { method = 'GET', body, signal, maxAnswerBytes = mostAnswerBytes } = asked
  const headers = typeof asked.headers === 'function' ? await asked.headers() : asked.headers
  const length = body === undefined ? {} : { 'content-length': String(body.length) }
  const options: RequestOptions = { method, signal, headers: { ...headers, ...length } }
  return new Promise((resolve, reject) => {
    const sending =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, agent: agents.agent })
        : plainRequest(url, { ...options, agent: agents.plain })
    sending.once('response', (incoming) => {
      readAnswer(incoming, maxAnswerBytes).then(resolve, (error: unknown) => {
        sending.destroy()
        reject(error instanceof Error ? error : new Error('no answer', { cause: error }))
      })
    })
    sending.once('error', (error) => {
      // A connection that was idle may be closed by the peer at the moment when it is used: it has read nothing of this.
      const stale = sending.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
      if (stale && mayRepeat && !signal.aborted) resolve(askOnce(url, asked, agents, false))
      else reject(error)
    })
    sending.end(body)
  })
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<PeerResponse> {
  const { statusCode: status = 0, headers } = incoming
  if (status >= 300 && status < 400) throw new Error(`status ${status}: no redirection is followed`)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  if (!incoming.complete) throw new Error('the answer broke off')
  return { status, headers, body: new Uint8Array(Buffer.concat(chunks)) }
}
