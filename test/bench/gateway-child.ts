/**
 * Answers for the measured process: one gateway with its listeners and real keys, or, to compare with, bare node:http with
 * the same verification and nothing else. It seals what it is to be sent, so that sealing is not measured.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { utf8 } from '../../protocol/bytes.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { compose } from '../../src/composition.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import { sealRequest } from '../../src/exchange/seal-request.ts'
import { listen } from '../../src/gateway-process.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { packageForm } from '../../src/http/forms/submission.ts'
import { createLogger } from '../../src/logger.ts'
import { requestTo } from '../support/request.ts'
import { limits, originOf } from '../support/world.ts'
import { type Profile, startProfile } from './profile.ts'
import { makeParty, registryOf } from './scene.ts'

export type Question = { readonly ask: 'profile' } | { readonly ask: 'summary' } | { readonly ask: 'end' }

export interface Ready {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
  readonly envelopes: readonly Uint8Array[]
  readonly packageBody: Uint8Array
}

export type Answer = Ready | Profile | 'profiling'

export interface Subject {
  readonly kind: 'bare' | 'gateway'
  readonly database: DatabaseSource
  /** Where it keeps what is beside its database; its parent removes it. */
  readonly folder: string
  readonly envelopes: number
}

const subject = JSON.parse(await text(process.stdin)) as Subject

const now = Math.floor(Date.now() / 1000)
// Neither address is anybody's and both are the same: the gateway serves both parties, and relays nothing.
const sender = makeParty('EST')
const { registry, pinnedRoots, directory } = registryOf([sender, makeParty('NLD')], now)
const request = requestTo(['NLD'], now)
const sealer = { party: sender.id, signing: sender.signing, directory, now }

const { port, headers } = subject.kind === 'bare' ? await bare() : await gateway()
const ready: Ready = {
  port,
  headers,
  envelopes: await Promise.all(
    Array.from({ length: subject.envelopes }, async () => sealRequest(request, sealer)),
  ),
  packageBody: utf8(JSON.stringify(z.encode(packageForm, request))),
}
answer(ready)

let stopProfile: (() => Promise<Profile>) | undefined
process.on('message', (question: Question) => {
  void respond(question)
})

async function respond({ ask }: Question): Promise<void> {
  if (ask === 'profile') {
    stopProfile = await startProfile()
    answer('profiling')
  } else if (ask === 'summary' && stopProfile !== undefined) answer(await stopProfile())
  else if (ask === 'end') {
    // As after a crash: there is nothing here to keep.
    process.exit(0)
  }
}

function answer(given: Answer): void {
  process.send?.(given)
}

async function gateway(): Promise<Pick<Ready, 'port' | 'headers'>> {
  const { ledger } = sender
  const composed = await compose({
    party: sender.id,
    keys: { transport: sender.transport, party: { signing: sender.signing, opening: [sender.opening] } },
    ledger: { pair: ledger, publicKeys: [ledger[0].publicKey, ledger[1].publicKey] },
    ledgerFiles: { anchorFile: path.join(subject.folder, `${subject.database.kind}.anchor`) },
    database: subject.database,
    registry: { pinnedRoots, files: [registry] },
    limits,
    vigilance: { entriesPerSecond: 0 },
    logger: createLogger('info', { write: () => undefined }),
    now: () => now,
  })
  const host = '127.0.0.1'
  const places = { agencyHost: host, agencyPort: 0, exchangeHost: host, exchangePort: 0 }
  const { agency } = await listen(composed, { ...places, exchangeUrl: originOf(sender.exchangePort) })
  const wanted = [{ name: 'bench', roles: ['submit'] as const }]
  const [credential] = await issueCredentials(composed.gateway.database, wanted, now)
  return { port: agency.port, headers: { authorization: `Bearer ${credential?.token ?? ''}` } }
}

/** Takes the body, does what no gateway can leave out, and answers with as many bytes. */
async function bare(): Promise<Pick<Ready, 'port' | 'headers'>> {
  const usualAnswer = Buffer.alloc(8192, 0x20)
  const server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      verify(new Uint8Array(body), directory, now)
      outgoing.writeHead(201, { 'content-type': 'application/json' }).end(usualAnswer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, headers: {} }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
