/**
 * Answers for one of the two measured processes: a gateway with its listeners and real keys, or, without a database, bare
 * node:http. It says how much memory it holds when it is asked.
 */
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { compose, type LedgerPair } from '../../src/composition.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import type { Limits } from '../../src/exchange/gateway.ts'
import { listen } from '../../src/gateway-process.ts'
import { issueCredentials } from '../../src/http/credentials.ts'
import { createLogger } from '../../src/logger.ts'
import type { ProcessParts } from '../support/gateway-processes.ts'
import { startBare } from './exchange-bare.ts'

export interface Place {
  readonly database: DatabaseSource
  readonly anchorFile: string
}

export interface PairedParts extends Omit<ProcessParts, 'database' | 'limits'> {
  /** Without one it is the bare one. */
  readonly place?: Place
  readonly limits: Limits & { readonly waitingQueueLength: number }
  /** Where the bare sender sends what it took. The bare receiver sends nothing. */
  readonly forwardTo?: string
}

export interface Listens {
  readonly port: number
  readonly headers: Readonly<Record<string, string>>
}

export interface Held {
  readonly rssBytes: number
}

export type Question = { readonly ask: 'memory' } | { readonly ask: 'end' }

const now = (): number => Math.floor(Date.now() / 1000)

process.on('disconnect', () => process.exit(0))
process.once('message', (parts: PairedParts) => void begin(parts))

async function begin(parts: PairedParts): Promise<void> {
  const { place } = parts
  const listens = place === undefined ? await bare(parts) : await gateway(parts, place)
  process.on('message', (question: Question) => respond(question))
  answer(listens)
}

function respond({ ask }: Question): void {
  // As after a crash: there is nothing here to keep.
  if (ask === 'end') process.exit(0)
  answer({ rssBytes: process.memoryUsage.rss() })
}

function answer(given: Listens | Held): void {
  process.send?.(given)
}

async function gateway(parts: PairedParts, { database, anchorFile }: Place): Promise<Listens> {
  const { party, seeds, registry, pinnedRoots, limits, places } = parts
  const [ed25519, mlDsa65] = seeds.signing
  const composed = await compose({
    ...{ party, database, limits, ledger: ledgerOf(parts), now },
    keys: {
      transport: new HeldSigningKey('ed25519', seeds.transport),
      party: {
        signing: [new HeldSigningKey('ed25519', ed25519), new HeldSigningKey('ml-dsa-65', mlDsa65)],
        opening: [new HeldOpeningKey(seeds.opening)],
      },
    },
    ledgerFiles: { anchorFile },
    registry: { pinnedRoots, files: [registry] },
    vigilance: { entriesPerSecond: 0 },
    logger: createLogger('info', { write: () => undefined }),
  })
  const { agency } = await listen(composed, places)
  const wanted = [{ name: 'bench', roles: ['submit', 'read'] as const }]
  const [credential] = await issueCredentials(composed.gateway.database, wanted, now())
  return { port: agency.port, headers: { authorization: `Bearer ${credential?.token ?? ''}` } }
}

async function bare(parts: PairedParts): Promise<Listens> {
  const { party, seeds, registry, pinnedRoots, places, forwardTo } = parts
  const port = await startBare({
    ...{ party, registry, pinnedRoots, ledger: ledgerOf(parts).pair, now },
    ...{ transport: new HeldSigningKey('ed25519', seeds.transport), origin: places.exchangeUrl },
    port: places.exchangePort,
    ...(forwardTo !== undefined && { forwardTo }),
  })
  return { port, headers: {} }
}

function ledgerOf({ seeds }: PairedParts): LedgerPair {
  const [first, second] = seeds.ledger
  const pair = [new HeldSigningKey('ed25519', first), new HeldSigningKey('ml-dsa-44', second)] as const
  return { pair, publicKeys: [pair[0].publicKey, pair[1].publicKey] }
}
