/**
 * Answers for what two gateways are compared with: node:http with the cryptography of an exchange. It verifies an envelope,
 * salts a record of it, has both ledger keys sign it with those that came meanwhile, and verifies what they signed; the
 * sender sends it on in a signed request, verifies what the receiver signed, and enters that too. It stores nothing.
 */
import { Agent, createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { suite } from '#suite'
import { concat, utf8 } from '../../protocol/bytes.ts'
import { type Directory, directoryOf, ledgerKeysOf, verificationKeyOf } from '../../protocol/directory.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import type { SigningKey } from '../../protocol/key.ts'
import {
  type LedgerSigner,
  signCheckpointOffThread,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { newEntryKey } from '../../protocol/ledger/entry.ts'
import { recordBytes } from '../../protocol/ledger/record.ts'
import { saltBytes, saltsOf } from '../../protocol/ledger/salting.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import {
  nonceSeconds,
  signRequestOffThread,
  targetUri,
  verifyRequest,
} from '../../src/http/message-signatures.ts'
import { memoryNonces, type NonceStore } from '../../src/http/nonces.ts'
import { createVerifiedSignatures } from '../../src/exchange/peer/verified-signatures.ts'
import { nextEvent } from './ledger-record.ts'
import { post } from './load.ts'

export interface BareParts {
  readonly party: PartyId
  readonly registry: Uint8Array
  readonly pinnedRoots: string
  readonly ledger: LedgerSigner['pair']
  readonly transport: SigningKey
  readonly origin: string
  readonly port: number
  readonly forwardTo?: string
  readonly now: () => Seconds
}

interface Bare extends BareParts {
  readonly directory: Directory
  readonly nonces: NonceStore
  readonly signed: (digest: Uint8Array) => Promise<string>
  /** Gives the answer. */
  readonly sent: (body: Uint8Array) => Promise<string>
  readonly verifyPeer: (note: string) => void
}

/** About as many bytes as a gateway's answer. */
const answerLength = 8192

/** Gives the port. */
export async function startBare(parts: BareParts): Promise<number> {
  const directory = directoryOf(acceptFirst(parts.registry, parts.pinnedRoots), parts.now())
  const keys = ledgerKeysOf(directory, parts.party, parts.now())
  const signed = batchSigner({ keys, pair: parts.ledger }, parts.now)
  const nonces = memoryNonces(nonceSeconds)
  const bare = { ...parts, directory, nonces, signed, sent: sending(parts), verifyPeer: verifierOf(parts) }
  // The other pairs’ turns last longer than node:http keeps a connection that nobody uses.
  const server = createServer({ keepAliveTimeout: 600_000 }, (incoming, outgoing) => {
    take(bare, incoming).then(
      (answer) => outgoing.writeHead(201, { 'content-type': 'application/json' }).end(answer),
      (error: unknown) => outgoing.writeHead(400).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(parts.port, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function take(bare: Bare, incoming: IncomingMessage): Promise<string> {
  const body = new Uint8Array(await buffer(incoming))
  if (bare.forwardTo === undefined) await requireSigned(bare, incoming, body)
  verify(body, bare.directory, bare.now())
  const note = await bare.signed(entered(body))
  if (bare.forwardTo !== undefined) {
    const answer = await bare.sent(body)
    bare.verifyPeer(answer.replace(/ +$/, ''))
    // It has arrived; what a gateway enters of that keeps nobody waiting.
    void bare.signed(entered(body))
  }
  return note.padEnd(answerLength)
}

/** What a gateway makes of an event before it has its place in the ledger. */
function entered(body: Uint8Array): Uint8Array {
  const { record } = nextEvent()
  const bytes = recordBytes({ ...record, digest: suite.sha256(body) })
  return saltBytes(bytes, saltsOf(newEntryKey())).commitment
}

/** Receipts of one batch share their signatures. */
function verifierOf({ registry, pinnedRoots, party, now }: BareParts): Bare['verifyPeer'] {
  const directory = directoryOf(acceptFirst(registry, pinnedRoots), now())
  const [peer] = [...directory.parties.keys()].filter((id) => id !== party)
  const keys = createVerifiedSignatures().by(ledgerKeysOf(directory, peer ?? '', now()))
  return (note) => {
    verifyCheckpoint(utf8(note), keys)
  }
}

async function requireSigned(bare: Bare, incoming: IncomingMessage, body: Uint8Array): Promise<void> {
  const { method = '', url = '' } = incoming
  const headers = new Headers()
  for (const [name, each] of Object.entries(incoming.headersDistinct)) headers.set(name, each?.[0] ?? '')
  const request = { method, targetUri: targetUri(bare.origin, url), body, headers }
  const { directory, nonces } = bare
  const now = bare.now()
  const keyOf = (id: string) =>
    verificationKeyOf(directory, directory.keys.get(id)?.party ?? '', 'transport', id, now)
  await verifyRequest(request, keyOf, now, nonces)
}

/** Sends on over connections that are kept, and waits for the answer. */
function sending({ forwardTo, transport, now }: BareParts): Bare['sent'] {
  if (forwardTo === undefined) return () => Promise.resolve('')
  const agent = new Agent({ keepAlive: true })
  const { port, pathname } = new URL(forwardTo)
  return async (body) => {
    const request = { method: 'POST', targetUri: forwardTo, body }
    const signature = await signRequestOffThread(request, transport, now())
    const headers = { 'content-type': 'application/cose', ...signature }
    return post(agent, { port: Number(port), path: pathname, headers }, body)
  }
}

interface Waiting {
  readonly digest: Uint8Array
  readonly resolve: (note: string) => void
  readonly reject: (error: unknown) => void
}

/** One pair of signatures over all that came while the one before was made. */
function batchSigner(signer: LedgerSigner, now: () => Seconds): Bare['signed'] {
  let waiting: Waiting[] = []
  let [size, running] = [0, false]
  const sign = async (batch: readonly Waiting[]): Promise<string> => {
    size += batch.length
    const root = suite.sha256(concat(...batch.map(({ digest }) => digest)))
    // A gateway seals its head before it commits.
    signer.pair[0].sign(root)
    const note = await signCheckpointOffThread({ origin: signer.keys.origin, size, root }, signer, now())
    verifyCheckpoint(utf8(note), signer.keys)
    return note
  }
  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await sign(batch).then(
        (note) => batch.forEach(({ resolve }) => resolve(note)),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      )
    }
    running = false
  }
  return (digest) =>
    new Promise((resolve, reject) => {
      waiting.push({ digest, resolve, reject })
      if (!running) void run()
    })
}
