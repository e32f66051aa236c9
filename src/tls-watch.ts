/** Answers for certificates that are renewed while the gateway runs: new files are taken into use, and bad ones are not. */
import type { PeerConnections } from './exchange/peer/peer-connections.ts'
import type { Listening } from './http/serve.ts'
import { errorFields, type Logger } from './logger.ts'
import { readTls, type TlsMaterial, type TlsSettings } from './tls-files.ts'

export interface HeldTls {
  current(): TlsMaterial
  /** Looks into the files once. What was good stays in use when they are not, as while they are being replaced. */
  look(): void
  /** What is told of a change from now on, and looks by itself; gives the end of it. */
  serve(users: TlsUsers): () => void
}

interface TlsUsers {
  readonly agency: Listening
  readonly exchange: Listening
  readonly peers: PeerConnections
  readonly logger: Logger
}

const lookMilliseconds = 10_000

/** Throws `ConfigurationError` for what is not good at first. */
export function holdTls(settings: TlsSettings): HeldTls {
  let material = readTls(settings)
  let users: TlsUsers | undefined
  const look = (): void => {
    try {
      const next = readTls(settings)
      if (next.digest === material.digest) return
      material = next
      renew(users, next)
    } catch (error) {
      users?.logger.error('task-failed', { task: 'tls', ...errorFields(error) })
    }
  }
  return {
    current: () => material,
    look,
    serve: (those) => {
      users = those
      const timer = setInterval(look, lookMilliseconds)
      return () => clearInterval(timer)
    },
  }
}

function renew(users: TlsUsers | undefined, { exchange, agency, peers }: TlsMaterial): void {
  if (users === undefined) return
  if (exchange !== undefined) users.exchange.renew(exchange)
  if (agency !== undefined) users.agency.renew(agency)
  users.peers.renew(peers)
  users.logger.info('tls-renewed', {})
}
