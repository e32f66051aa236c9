/**
 * Answers for who asks, on each listener, before anything is done for them. On the exchange listener another party's
 * gateway asks, by the signature of a transport key of the registry; on the agency listener the party's own systems do, by
 * a credential. Neither is taken on the other listener.
 */
import type { IncomingMessage } from 'node:http'
import { type Directory, verificationKeyOf } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Verifier } from '../../protocol/suite.ts'
import type { Gateway, Origin } from '../exchange/gateway.ts'
import type { Bodies, Exchange } from './body.ts'
import { authenticate, credentialsIn } from './credentials.ts'
import {
  acceptSignature,
  nonceSeconds,
  receiptLeafOf,
  targetUri,
  verifyRequest,
} from './message-signatures.ts'
import { memoryNonces, type NonceStore } from './nonces.ts'
import { sharedNonces } from './nonces-table.ts'
import type { Route } from './operation.ts'
import { createRate, type Rate } from './rates.ts'

interface Admitted {
  readonly origin: Origin
  body(): Promise<Uint8Array>
}

/** What is known of a route before the request is. */
type Entrance = Pick<Route, 'access' | 'takes'>

/** Throws `unauthenticated` or `forbidden`. No byte of a body is read before, and none from nobody unless the route is open. */
export interface Doorkeeper {
  readonly listener: 'agency' | 'exchange'
  /** What a 401 answer asks for. */
  readonly challenge: Readonly<Record<string, string>>
  admit(exchange: Exchange, route: Entrance): Promise<Admitted>
}

export function agencyDoor(gateway: Gateway, bodies: Bodies): Doorkeeper {
  const find = credentialsIn(gateway.database)
  return {
    listener: 'agency',
    challenge: { 'www-authenticate': 'Bearer realm="pouch"' },
    admit: async (exchange, { access, takes }) => {
      const readBody = bodies[takes?.room ?? 'usual']
      if (access === 'gateway') throw new Error('no gateway is asked for on the agency listener')
      if (access === 'anyone') return { origin: nobody, body: () => readBody(exchange) }
      const { authorization } = exchange.incoming.headers
      const caller = await authenticate(find, authorization, gateway.now())
      if (!access.some((role) => caller.roles.has(role))) {
        throw new Rejected('forbidden', `credential ${caller.credentialId} is without ${access.join(' or ')}`)
      }
      return { origin: { kind: 'agency' }, body: () => readBody(exchange) }
    },
  }
}

/** `publicOrigin` is the address in the registry, under which other gateways sign their requests. */
export function exchangeDoor(gateway: Gateway, bodies: Bodies, publicOrigin: string): Doorkeeper {
  const { partyRequestsPerSecond, addressRequestsPerSecond } = gateway.limits
  const addresses = createRate(addressRequestsPerSecond)
  const known = {
    ...{ gateway, publicOrigin, parties: createRate(partyRequestsPerSecond) },
    ...{ here: memoryNonces(nonceSeconds), everywhere: sharedNonces(gateway.database) },
  }
  return {
    listener: 'exchange',
    challenge: { 'accept-signature': acceptSignature },
    admit: async (exchange, { access, takes }) => {
      const readBody = bodies[takes?.room ?? 'usual']
      addresses.take(exchange.incoming.socket.remoteAddress ?? '')
      if (access === 'anyone') return { origin: nobody, body: () => readBody(exchange) }
      if (access !== 'gateway') throw new Error('no credential is taken on the exchange listener')
      let body: Uint8Array = new Uint8Array()
      const taken = async (): Promise<Uint8Array> => (body = await readBody(exchange))
      const origin = await signedBy(exchange.incoming, taken, known)
      return { origin, body: () => Promise.resolve(body) }
    },
  }
}

/** Whoever reads what is open to all. No party has this id. */
const nobody: Origin = { kind: 'exchange', party: '' }

interface Verifying {
  readonly gateway: Gateway
  readonly publicOrigin: string
  readonly parties: Rate
  /** Of this process, and of all replicas. */
  readonly here: NonceStore
  readonly everywhere: NonceStore
}

async function signedBy(
  { method = '', url = '', headers }: IncomingMessage,
  body: () => Promise<Uint8Array>,
  verifying: Verifying,
): Promise<Origin> {
  const { gateway, publicOrigin } = verifying
  const [directory, now] = [gateway.directory(), gateway.now()]
  const request = { method, targetUri: targetUri(publicOrigin, url), body, headers: fields(headers) }
  const keyId = await verifyRequest(request, (id) => transportKey(directory, id, now), now, {
    claim: (...claim) => claimed(verifying, directory, ...claim),
  })
  const party = directory.keys.get(keyId)?.party
  if (party === undefined) throw new Rejected('unauthenticated', `no gateway key ${keyId}`)
  const peerReceipt = receiptLeafOf(request)
  return { kind: 'exchange', party, ...(peerReceipt && { peerReceipt }) }
}

/** What this process has seen costs its signer nothing: whoever replays it can neither use up a limit nor reach the database. */
async function claimed(
  { parties, here, everywhere }: Verifying,
  directory: Directory,
  ...claim: Parameters<NonceStore['claim']>
): Promise<boolean> {
  if (!(await here.claim(...claim))) return false
  parties.take(directory.keys.get(claim[0])?.party ?? '')
  return everywhere.claim(...claim)
}

function fields(headers: IncomingMessage['headers']): Pick<Headers, 'get'> {
  return {
    get: (name) => {
      const value = headers[name]
      return typeof value === 'string' ? value : null
    },
  }
}

function transportKey(directory: Directory, id: KeyId, now: Seconds): Verifier | undefined {
  const holder = directory.keys.get(id)?.party
  if (holder === undefined) return undefined
  try {
    return verificationKeyOf(directory, holder, 'transport', id, now)
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}
