/** Answers for a listener: it opens on a host and port, gives no client unbounded time, and closes without cutting anybody short. */
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import type { Api } from './mount.ts'

export interface TlsFiles {
  readonly key: string | Uint8Array
  readonly certificate: string | Uint8Array
  /** With these, only clients whose certificate one of them issued are let in. */
  readonly clientAuthorities?: string | Uint8Array
}

interface Patience {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly keepAliveTimeout: number
  readonly connectionsCheckingInterval: number
}

export interface Place {
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
  readonly tls?: TlsFiles
  /** Another than the usual one. */
  readonly patience?: Patience
}

export interface Listening {
  readonly host: string
  readonly port: number
  /** Every connection from now on is made with these; only for a place that has TLS. */
  readonly renew: (tls: TlsFiles) => void
  /** Takes nothing new, lets what has begun finish for so long, then closes. */
  readonly stop: (graceMilliseconds: number) => Promise<void>
}

/** A client that is slower than this is cut off, and the memory that its request took is free again. */
const usualPatience: Patience = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
}
const mostConnections = 4096

export async function serve(
  api: Pick<Api, 'fetch'>,
  { host, port, tls, patience = usualPatience }: Place,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: api.fetch, ...serverFor(tls, patience) })
  if ('maxConnections' in server) server.maxConnections = mostConnections
  const unused = unusedConnections(server, tls === undefined ? 'connection' : 'secureConnection')
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  const renew = (files: TlsFiles): void => {
    if ('setSecureContext' in server) server.setSecureContext(contextOf(files))
  }
  return { host, port: address.port, renew, stop: (grace) => stop(server, unused, grace) }
}

function serverFor(tls: TlsFiles | undefined, patience: Patience) {
  if (tls === undefined) return { createServer, serverOptions: patience }
  const clients = tls.clientAuthorities === undefined ? {} : { requestCert: true, rejectUnauthorized: true }
  const serverOptions = {
    ...patience,
    ...contextOf(tls),
    ...clients,
    handshakeTimeout: patience.headersTimeout,
  }
  return { createServer: createTlsServer, serverOptions }
}

function contextOf({ key, certificate, clientAuthorities: ca }: TlsFiles) {
  const files = { key: Buffer.from(key), cert: Buffer.from(certificate), ...(ca && { ca: Buffer.from(ca) }) }
  return { ...files, minVersion: 'TLSv1.3' as const }
}

/** Those on which nothing has been asked, which no request keeps alive: clients open them ahead of their need. */
function unusedConnections(server: ServerType, made: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const unused = new Set<Socket>()
  server.on(made, (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket))
  return unused
}

/**
 * `close` waits for connections that are kept alive and idle, also for those that become so while it waits; and, as long as
 * a head may take, for those on which nothing has been asked.
 */
async function stop(
  server: ServerType,
  unused: ReadonlySet<Socket>,
  graceMilliseconds: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const socket of unused) socket.destroy()
  const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), 20)
  const late = setTimeout(
    () => 'closeAllConnections' in server && server.closeAllConnections(),
    graceMilliseconds,
  )
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
