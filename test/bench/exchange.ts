/**
 * Answers for how many envelopes a second two gateways exchange, a process each, from submission until the receiver's inbox
 * shows them, how long each takes, and what memory both hold; beside it bare node:http with the same cryptography.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { type Sealer, sealRequest } from '../../src/exchange/seal-request.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { requestTo } from '../support/request.ts'
import type { Place } from './exchange-child.ts'
import { exchangeAll, type Turn } from './exchange-load.ts'
import { measureMemory, type MemoryResult, printMemory } from './exchange-memory.ts'
import { type Pair, startPair } from './exchange-pair.ts'
import { figure } from './measure.ts'
import { makeParty, registryOf } from './scene.ts'
import { printTable, ratio } from './table.ts'

const rounds = 3
/** How many envelopes one turn sends for each second of the measurement, by how many are in flight. */
const loads = [
  { inFlight: 1, perSecond: 8 },
  { inFlight: 8, perSecond: 30 },
  { inFlight: 32, perSecond: 60 },
] as const
/** Of the run that looks at memory, where no count is given. */
const countPerSecond = 100

/** Of one pair at one load: medians over the rounds; the ratio is of turns next to each other. */
export interface ExchangeFigures {
  readonly inFlight: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly ofBare: number
}

export interface ExchangeResult {
  readonly rounds: number
  readonly figures: Readonly<Record<string, readonly ExchangeFigures[]>>
  readonly memory: Readonly<Record<string, MemoryResult>>
}

const parties = [makeParty('EST'), makeParty('NLD')] as const

export async function measureExchange(
  seconds: number,
  count = countPerSecond * seconds,
): Promise<ExchangeResult> {
  const server = await startPostgres()
  const folder = mkdtempSync(path.join(tmpdir(), 'pouch-bench-exchange-'))
  const pairs: Pair[] = []
  try {
    const place = (name: string, database: DatabaseSource): Place => ({
      database,
      anchorFile: path.join(folder, `${name}.anchor`),
    })
    const embedded = (name: string): Place =>
      place(name, { kind: 'embedded', directory: path.join(folder, name) })
    const shared = async (name: string): Promise<Place> => place(name, await freshDatabase(server.url, name))
    pairs.push(await startPair('bare node:http', parties))
    pairs.push(await startPair('gateways, embedded', parties, [embedded('sender'), embedded('receiver')]))
    const onServer = [await shared('exchange_sender'), await shared('exchange_receiver')] as const
    pairs.push(await startPair('gateways, PostgreSQL', parties, onServer))
    return await measure(pairs, seconds, count)
  } finally {
    await Promise.all(pairs.map((pair) => pair.end()))
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(pairs: readonly Pair[], seconds: number, count: number): Promise<ExchangeResult> {
  explain((await sealed(1))[0]?.length ?? 0)
  const turns = new Map(pairs.map(({ name }) => [name, loads.map((): Turn[] => [])]))
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { inFlight, perSecond }] of loads.entries()) {
      const bodies = await sealed(Math.max(2 * inFlight, Math.round(perSecond * seconds)))
      for (const pair of pairs) {
        const turn = await exchangeAll(pair, bodies, inFlight)
        if (round > 0) turns.get(pair.name)?.[i]?.push(turn)
      }
    }
  }
  const bare = turns.get(pairs[0]?.name ?? '') ?? []
  const figures = Object.fromEntries([...turns].map(([name, each]) => [name, figuresOf(each, bare)]))
  printFigures(figures)
  const memory: Record<string, MemoryResult> = {}
  for (const pair of pairs.slice(1)) memory[pair.name] = await measureMemory(pair, count, sealed)
  printMemory(memory)
  return { rounds, figures, memory }
}

function explain(bytes: number): void {
  console.log(`Exchange: distinct envelopes of ${bytes} bytes, sealed before, submitted to the sender's gateway, which verifies,
  decides, enters and relays them; the receiver's does so too, and they are exchanged when its inbox shows them to a reader
  by long poll. Commits are durable (fsync on), rate limits off, time limits of the tests’ world, all else as shipped. So many are in flight
  from submission to arrival. Two processes a pair, the load in a third, PostgreSQL with its own.
  bare node:http: two processes, the same bytes, the same cryptography. Both verify the envelope, salt a record of it, sign
  with both ledger keys (Ed25519, ML-DSA-44) one root over all that came while the signatures before were made, with a seal,
  and verify that; the sender signs its request (RFC 9421), the receiver verifies it; the sender verifies what the receiver
  signed, once for each root, and salts and signs a second record. It is exchanged when the sender answers. They have no
  database, credentials, policy, Merkle proofs or receipts. ${rounds} rounds, interleaved, after one to warm up; medians, and of ratios within a round.`)
}

function figuresOf(each: readonly (readonly Turn[])[], bare: readonly (readonly Turn[])[]) {
  return loads.map(({ inFlight }, i): ExchangeFigures => {
    const turns = each[i] ?? []
    const waits = turns.flatMap(({ waits }) => waits).toSorted((a, b) => a - b)
    const at = (share: number): number => waits[Math.floor(share * waits.length)] ?? Number.NaN
    const ofBare = turns.map(
      ({ perSecond }, round) => perSecond / (bare[i]?.[round]?.perSecond ?? Number.NaN),
    )
    return {
      inFlight,
      perSecond: median(turns.map(({ perSecond }) => perSecond)),
      ...{ p50: at(0.5), p99: at(0.99), ofBare: median(ofBare) },
    }
  })
}

function median(values: readonly number[]): number {
  return figure('', values).median
}

function printFigures(figures: ExchangeResult['figures']): void {
  console.log('\nExchanged end to end')
  const rows = Object.entries(figures).flatMap(([name, each]) =>
    each.map(({ inFlight, perSecond, p50, p99, ofBare }) => [
      ...[name, String(inFlight), perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1), ratio(ofBare)],
    ]),
  )
  printTable(['', 'in flight', 'a second', 'p50 ms', 'p99 ms', 'of bare'], rows)
}

async function sealed(count: number): Promise<readonly Uint8Array[]> {
  const now = Math.floor(Date.now() / 1000)
  const { directory } = registryOf(parties, now)
  const sealer: Sealer = { party: parties[0].id, signing: parties[0].signing, directory, now }
  const request = requestTo([parties[1].id], now)
  return Promise.all(Array.from({ length: count }, () => sealRequest(request, sealer)))
}

async function freshDatabase(server: string, name: string): Promise<DatabaseSource> {
  const client = postgres(server, { max: 1, onnotice: () => undefined })
  await client.unsafe(`create database ${name}`)
  await client.end()
  const url = new URL(server)
  url.pathname = `/${name}`
  return { kind: 'postgresql', url: url.href }
}
