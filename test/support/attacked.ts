/** Answers for a gateway under attack: NLD's, with EST that goes on exchanging with it, and what an attacker sends. */
import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { PartyId } from '../../protocol/names.ts'
import { packageAndSubmit } from '../../src/exchange/package.ts'
import { sealRequest } from '../../src/exchange/seal-request.ts'
import { transferStatus } from '../../src/exchange/status.ts'
import type { GatewayProcess } from '../../src/gateway-process.ts'
import { signRequest } from '../../src/http/message-signatures.ts'
import { eventually } from './eventually.ts'
import { requestTo } from './request.ts'
import { originOf, type World } from './world.ts'

export interface Sent {
  readonly method: string
  readonly path: string
  /** A field with two values is sent twice. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Uint8Array
}

export interface Told {
  readonly status: number
  /** Of the problem; absent where there is none. */
  readonly code?: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly json: Readonly<Record<string, unknown>>
}

/** A true request of this party to another's exchange listener. */
export function signedRequest(
  world: World,
  from: PartyId,
  to: PartyId,
  given: Partial<Pick<Sent, 'method' | 'path' | 'body'>> & { readonly receiptLeaf?: string } = {},
): Sent {
  const { method = 'POST', path = '/v1/envelopes', body = new Uint8Array(0), receiptLeaf } = given
  const targetUri = originOf(world.party(to).exchangePort) + path
  const parts = { method, targetUri, body, ...(receiptLeaf && { receiptLeaf }) }
  const headers = { ...signRequest(parts, world.party(from).transport, world.clock.now) }
  return { method, path, body, headers: { 'content-type': 'application/cose', ...headers } }
}

/** Byte for byte, to this port. */
export function send(port: number, { method, path, headers, body }: Sent): Promise<Told> {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().flatMap((each) => [name, each]),
  )
  const length = 'content-length' in headers || 'transfer-encoding' in headers
  const all = [...fields, ...(length ? [] : ['content-length', String(body.length)]), 'host', '127.0.0.1']
  return new Promise((resolve, reject) => {
    const sending = request(
      { port, host: '127.0.0.1', method, path, agent: false, headers: all },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const json = jsonOf(Buffer.concat(chunks).toString())
          const code = typeof json['code'] === 'string' ? { code: json['code'] } : {}
          resolve({ status: answer.statusCode ?? 0, ...code, headers: answer.headers, json })
        })
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}

export function sealedTo(world: World, from: GatewayProcess, to: readonly PartyId[]): Promise<Uint8Array> {
  const { party } = from.gateway
  const { now } = world.clock
  const { signing } = world.party(party)
  return sealRequest(requestTo(to, now), { party, signing, directory: from.gateway.directory(), now })
}

/** An honest envelope reaches this party's gateway, whatever else goes on there. */
export async function exchanges({ gateway }: GatewayProcess, to: PartyId): Promise<void> {
  const { id } = await packageAndSubmit(gateway, requestTo([to], gateway.now()))
  await eventually(`an honest envelope to reach ${to}`, async () => {
    const [recipient] = (await transferStatus(gateway, id, gateway.party)).recipients
    return recipient?.relay === 'done' ? true : undefined
  })
}

/** Exchanges one honest envelope after another, until it is stopped; gives how many arrived. */
export function exchanging(from: GatewayProcess, to: PartyId): () => Promise<number> {
  let stopped = false
  const run = async (): Promise<number> => {
    let arrived = 0
    while (!stopped) {
      await exchanges(from, to)
      arrived++
      await pause(50)
    }
    return arrived
  }
  const running = run()
  running.catch(() => undefined)
  return () => {
    stopped = true
    return running
  }
}
