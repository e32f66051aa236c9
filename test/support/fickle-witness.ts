/**
 * Answers for a witness that does not always do as it should: a real gateway, and before it, at the address in the registry,
 * somebody who hands everything on but answers for cosignatures as the test says, for each ledger by itself.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { utf8 } from '../../protocol/bytes.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { cosignCheckpoint, formatCosignatures, parseAddCheckpoint } from '../../protocol/ledger/witness.ts'
import type { PartyId } from '../../protocol/names.ts'
import { type GatewayProcess, listen } from '../../src/gateway-process.ts'
import { originOf, type World } from './world.ts'

export const misbehaviours = ['nonsense', 'forged', 'stranger', 'stale'] as const

/**
 * `honest`: the gateway's own answer; `away`: none; `nonsense`: no signature lines; `forged`: its lines with one byte changed;
 * `stranger`: lines under its name by other keys; `stale`: its lines of an earlier checkpoint.
 */
type Behaviour = 'honest' | 'away' | (typeof misbehaviours)[number]

export interface FickleWitness {
  readonly gateway: GatewayProcess
  /** From now on, towards this party's ledger. */
  behave(towards: PartyId, how: Behaviour): void
  /** How often this party's ledger has asked. */
  asked(by: PartyId): number
  stop(): Promise<void>
}

interface Heard {
  how: Behaviour
  count: number
  first: Uint8Array | undefined
}

export async function fickleWitness(world: World, id: PartyId): Promise<FickleWitness> {
  const { exchangePort } = world.party(id)
  const host = '127.0.0.1'
  const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
  const gateway = await listen(await world.compose(id), { ...places, exchangeUrl: originOf(exchangePort) })
  const heard = new Map<string, Heard>()
  const of = (ledger: string): Heard => {
    const known = heard.get(ledger) ?? { how: 'honest', count: 0, first: undefined }
    heard.set(ledger, known)
    return known
  }
  const onward = originOf(gateway.exchange.port)
  const server = createServer((request, response) => {
    void handOn(onward, request, response, (body, honest) => {
      const { origin } = parseAddCheckpoint(body)
      return answerAs(of(origin), world, id, body, honest)
    })
  })
  await new Promise<void>((resolve) => server.listen(exchangePort, host, resolve))
  const ledgerOf = (party: PartyId): string =>
    world.document.parties.find((each) => each.id === party)?.ledger ?? ''
  return {
    gateway,
    behave: (towards, how) => {
      of(ledgerOf(towards)).how = how
    },
    asked: (by) => of(ledgerOf(by)).count,
    stop: async () => {
      await closed(server)
      await gateway.stop()
    },
  }
}

interface PlainAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

type Answering = (body: Uint8Array, honest: () => Promise<PlainAnswer>) => Promise<PlainAnswer | undefined>

async function handOn(
  onward: string,
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  try {
    const { method = 'GET', url = '/' } = request
    const body = new Uint8Array(Buffer.concat(await request.toArray()))
    const headers = { 'content-type': request.headers['content-type'] ?? '', ...signatureOf(request) }
    const honest = async (): Promise<PlainAnswer> => {
      const sent = { method, headers, ...(method === 'GET' ? {} : { body }) }
      const answer = await fetch(new URL(url, onward), sent)
      return {
        status: answer.status,
        headers: answer.headers,
        body: new Uint8Array(await answer.arrayBuffer()),
      }
    }
    const answer = url === '/witness/add-checkpoint' ? await answering(body, honest) : await honest()
    if (answer === undefined) return void response.destroy()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(answer.body)
  } catch {
    // The gateway behind is gone: so is this connection.
    response.destroy()
  }
}

/** What gateways sign their requests with. */
function signatureOf({ headers }: IncomingMessage): Record<string, string> {
  const names = ['signature', 'signature-input', 'content-digest']
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  )
}

async function answerAs(
  heard: Heard,
  world: World,
  id: PartyId,
  body: Uint8Array,
  honest: () => Promise<PlainAnswer>,
): Promise<PlainAnswer | undefined> {
  heard.count++
  if (heard.how === 'away') return undefined
  const answer = await honest()
  if (answer.status !== 200) return answer
  heard.first ??= answer.body
  switch (heard.how) {
    case 'honest':
      return answer
    case 'nonsense':
      return { ...answer, body: utf8('— I see nothing wrong with it\n') }
    case 'forged':
      return { ...answer, body: changed(answer.body) }
    case 'stranger':
      return { ...answer, body: utf8(strangersLines(world, id, body)) }
    case 'stale':
      return { ...answer, body: heard.first }
  }
}

/** One character of the first line's signature: beyond the key id, within the signature. */
function changed(lines: Uint8Array): Uint8Array {
  const forged = new Uint8Array(lines)
  const at = Buffer.from(lines).indexOf('\n') - 20
  forged[at] = forged[at] === 0x41 ? 0x42 : 0x41
  return forged
}

/** By keys that nobody knows, of a ledger that has the witness's name. */
function strangersLines(world: World, id: PartyId, body: Uint8Array): string {
  const { checkpoint, origin } = parseAddCheckpoint(body)
  const parties = world.document.parties
  const asking = parties.find(({ ledger }) => ledger === origin)?.id ?? ''
  const [ed25519, mlDsa44] = world.party(asking).ledger
  const keys = { origin, ed25519: ed25519.publicKey, mlDsa44: mlDsa44.publicKey }
  const pair = [HeldSigningKey.generate('ed25519'), HeldSigningKey.generate('ml-dsa-44')] as const
  const name = parties.find((each) => each.id === id)?.ledger ?? ''
  const stranger = { origin: name, ed25519: pair[0].publicKey, mlDsa44: pair[1].publicKey }
  const verified = verifyCheckpoint(utf8(checkpoint), keys)
  return formatCosignatures(cosignCheckpoint(verified, { keys: stranger, pair }, world.clock.now))
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
