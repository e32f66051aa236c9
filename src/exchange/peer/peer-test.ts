/**
 * Answers for testing another party's gateway from this one: each thing that an exchange between the two rests on, whether
 * it holds, and what was found. It is asked what any gateway may ask, and enters nothing.
 */
import { z } from 'zod'
import { equal, toHex, utf8 } from '../../../protocol/bytes.ts'
import { clockSkewSeconds } from '../../../protocol/clock-skew.ts'
import { ledgerKeysOf, partyOf } from '../../../protocol/directory.ts'
import { Rejected } from '../../../protocol/errors.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { documentDigestOf, type Party, readUnverified } from '../../../protocol/registry.ts'
import { continues } from '../../client/continues.ts'
import { type PublicLedger, publicLedgerAt } from '../../client/public-ledger.ts'
import { signRequestOffThread } from '../../http/message-signatures.ts'
import { readWitnessed } from '../../ledger/witness/witnessed-table.ts'
import { isLoopback } from '../../settings.ts'
import type { Gateway } from '../gateway.ts'
import { type PeerCheck, peerChecks, type PeerFinding, type PeerTest } from './peer-test-checks.ts'
import { textOf } from './peer.ts'
import type { PeerResponse } from './peer-connections.ts'
import { tlsOf } from './peer-tls.ts'

const patienceMilliseconds = 5000

/** `peer` is a party's id or its gateway's address. Throws `unknown-party` when the registry has no such party. */
export async function testPeer(gateway: Gateway, peer: string): Promise<PeerTest> {
  const party = partyAt(gateway, peer)
  const findings: PeerFinding[] = []
  const known: Known = { gateway, party }
  for (const check of peerChecks) findings.push({ check, ...(await outcomeOf(check, known)) })
  const good = findings.every(({ outcome }) => outcome === 'pass')
  return { party: party.id, gateway: party.gateway, good, findings }
}

function partyAt(gateway: Gateway, peer: string): Party {
  const directory = gateway.directory()
  const origin = URL.parse(peer)?.origin
  const party = [...directory.parties.values()].find((each) => new URL(each.gateway).origin === origin)
  return party ?? partyOf(directory, peer)
}

/** What the checks before have found. */
interface Known {
  readonly gateway: Gateway
  readonly party: Party
  answer?: PeerResponse
  checkpoint?: VerifiedCheckpoint
}

/** What does not hold, in words. */
class Fault extends Error {
  override readonly name = 'Fault'
}

type Outcome = Omit<PeerFinding, 'check'>

async function outcomeOf(check: PeerCheck, known: Known): Promise<Outcome> {
  if (check !== 'connection' && known.answer === undefined)
    return { outcome: 'not-reached', detail: 'no connection' }
  try {
    return { outcome: 'pass', detail: await checks[check](known) }
  } catch (error) {
    if (error instanceof Rejected) return { outcome: 'fail', detail: `${error.code}: ${error.detail}` }
    return { outcome: 'fail', detail: error instanceof Error ? reasonOf(error) : 'unknown' }
  }
}

function reasonOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}

const checks: Readonly<Record<PeerCheck, (known: Known) => Promise<string> | string>> = {
  connection: async (known) => {
    const began = performance.now()
    known.answer = await get(known, '/v1/registry')
    return `answers in ${Math.round(performance.now() - began)} ms`
  },

  tls: async ({ gateway, party }) => {
    const { protocol, hostname } = new URL(party.gateway)
    if (protocol === 'https:') return tlsOf(party.gateway, gateway.peers.tls, patienceMilliseconds)
    if (isLoopback(hostname)) return 'none, on the loopback'
    throw new Fault('no TLS')
  },

  clock: ({ gateway, answer }) => {
    const theirs = Date.parse(answer?.headers.date ?? '') / 1000
    if (Number.isNaN(theirs)) throw new Fault('it does not tell the time')
    const skew = Math.round(theirs - gateway.now())
    if (Math.abs(skew) > clockSkewSeconds)
      throw new Fault(`${skew} s from the clock here; set the clock that is wrong`)
    return `${skew} s from the clock here`
  },

  registry: ({ gateway, answer }) => {
    if (answer?.status !== 200) throw new Fault(`it gives none: status ${answer?.status ?? 0}`)
    const { body } = answer
    const { version } = readUnverified(body)
    const { registry } = gateway.directory()
    const held = registry.document.version
    if (version !== held)
      throw new Fault(`it holds version ${version}, this gateway ${held}; bring the older one up to date`)
    if (!equal(documentDigestOf(body), registry.documentDigest))
      throw new Fault(`it holds another version ${version}; tell the root signers`)
    return `version ${version}, the same`
  },

  signature: async (known) => {
    const answer = await get(known, `/v1/envelopes/${'0'.repeat(32)}`, known.gateway)
    const code = codeIn(answer)
    // It was let in, and there is no such envelope.
    if (answer.status === 404 && code === 'not-found') return 'it takes this gateway’s signed requests'
    throw new Fault(`it refuses this gateway’s signed requests: ${code ?? `status ${answer.status}`}`)
  },

  ledger: async (known) => {
    const { gateway, party } = known
    const keys = ledgerKeysOf(gateway.directory(), party.id, gateway.now())
    const checkpoint = verifyCheckpoint(await ledgerOf(known).file('checkpoint'), keys)
    known.checkpoint = checkpoint
    return `${checkpoint.size} entries, signed`
  },

  consistency: async (known) => {
    const { gateway, party, checkpoint } = known
    if (checkpoint === undefined) throw new Fault('no checkpoint to compare')
    const before = await readWitnessed(gateway.database, party.ledger)
    if (before === undefined) return 'seen for the first time: this gateway has not cosigned it'
    const keys = ledgerKeysOf(gateway.directory(), party.id, gateway.now())
    const seen = verifyCheckpoint(utf8(before.note), keys)
    if (await continues(ledgerOf(known), seen, checkpoint))
      return `continues the ${seen.size} entries cosigned here`
    throw new Fault(
      `${checkpoint.size} entries do not continue the ${seen.size} cosigned here, root ${toHex(seen.root)}; keep both checkpoints`,
    )
  },
}

/** Of a problem; `undefined` for whatever else it is. */
function codeIn({ body }: PeerResponse): string | undefined {
  try {
    return problem.safeParse(JSON.parse(textOf(body))).data?.code
  } catch {
    return undefined
  }
}

const problem = z.object({ code: z.string().max(64) })

/** A bundle of 256 entries of the greatest length. */
const maxFileBytes = 256 * 65_537

function ledgerOf({ gateway, party }: Known): PublicLedger {
  return publicLedgerAt(party.gateway, async (url) => {
    const signal = AbortSignal.timeout(patienceMilliseconds)
    const { status, body } = await gateway.peers.ask(url, { signal, maxAnswerBytes: maxFileBytes })
    return new Response(body, { status })
  })
}

async function get({ gateway, party }: Known, path: string, signer?: Gateway): Promise<PeerResponse> {
  const targetUri = new URL(path, party.gateway).href
  const parts = { method: 'GET', targetUri, body: new Uint8Array(0) }
  const headers = signer && (await signRequestOffThread(parts, signer.keys.transport, signer.now()))
  return gateway.peers.ask(targetUri, {
    headers: { ...headers },
    signal: AbortSignal.timeout(patienceMilliseconds),
  })
}
