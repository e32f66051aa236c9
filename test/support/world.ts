/**
 * Answers for a small world to exchange in: parties with keys in memory, a registry that two root signers signed, a clock
 * that only the test moves, and gateways with real databases and real HTTP on the loopback.
 */
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import type { PublicKey } from '../../protocol/key.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Level } from '../../protocol/policy/level.ts'
import type { RegisteredKey, RegistryDocument } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { type Composed, compose, type Parts } from '../../src/composition.ts'
import type { DatabaseSource } from '../../src/database/open.ts'
import { type GatewayProcess, listen } from '../../src/gateway-process.ts'
import type { Logger } from '../../src/logger.ts'
import { anchorOf } from './anchors.ts'
import { freePort } from './free-port.ts'
import { recordingLogger } from './recorded.ts'
import { recordKeptDocuments, recordSeeds } from './recorded-world.ts'
import { documentOf, signedBy } from './registry.ts'

interface PartyOptions {
  readonly id: PartyId
  readonly accreditation: Level
  readonly compartments?: readonly string[]
}

/** A party with all its secrets, which live in memory alone. */
export interface TestParty extends PartyOptions {
  readonly signing: readonly [HeldSigningKey, HeldSigningKey]
  readonly opening: HeldOpeningKey
  readonly transport: HeldSigningKey
  readonly ledger: readonly [HeldSigningKey, HeldSigningKey]
  readonly agencyPort: number
  readonly exchangePort: number
}

interface Clock {
  now: Seconds
}

export interface WorldOptions {
  readonly parties: readonly PartyOptions[]
  /** A fresh, empty place for each gateway's database. */
  readonly database: () => Promise<DatabaseSource>
  readonly logger?: Logger
  /** Where the clock stands at first; the real time when absent. */
  readonly now?: Seconds
  /** Changes the registry before it is signed. */
  readonly edit?: (document: RegistryDocument) => RegistryDocument
}

export interface World {
  readonly clock: Clock
  readonly roots: readonly (readonly [HeldSigningKey, HeldSigningKey])[]
  readonly document: RegistryDocument
  readonly registry: Uint8Array
  party(id: PartyId): TestParty
  /** Opens the party's gateway with both listeners, or opens it again on the same database and ports. */
  start(id: PartyId, changes?: Partial<Parts>): Promise<GatewayProcess>
  /** Opens it without listeners: others find nobody at its address. */
  compose(id: PartyId, changes?: Partial<Parts>): Promise<Composed>
  /** Ends everything that was started and is not stopped. */
  end(): Promise<void>
}

export const limits = {
  maxEnvelopeBytes: 2_097_152,
  longPollSeconds: 5,
  relayConcurrency: 32,
  relayTimeoutSeconds: 5,
  relayFirstRetryMilliseconds: 50,
  relayLongestRetrySeconds: 1,
  waitingQueueLength: 1024,
  partyRequestsPerSecond: 1000,
  addressRequestsPerSecond: 5000,
} as const

export async function makeWorld(world: WorldOptions): Promise<World> {
  const { parties: options, database, logger, edit } = world
  const clock = { now: world.now ?? Math.floor(Date.now() / 1000) }
  const parties = new Map<PartyId, TestParty>()
  const sources = new Map<PartyId, DatabaseSource>()
  for (const each of options) {
    parties.set(each.id, await makeParty(each))
    sources.set(each.id, await database())
  }
  const roots = [heldPair('ml-dsa-65'), heldPair('ml-dsa-65')]
  recordSeeds([...parties.values()].flatMap(secretsOf).concat(roots.flat()))
  const proposed = documentOf([...parties.values()], roots, clock.now)
  const document = edit?.(proposed) ?? proposed
  const registry = signedBy(document, roots)
  const pinnedRoots = rootsDigest(document.roots)
  const ends = new Set<() => Promise<void>>()
  const known = <T>(map: ReadonlyMap<PartyId, T>, id: PartyId): T => {
    const found = map.get(id)
    if (found === undefined) throw new RangeError(`no party ${id} in this world`)
    return found
  }
  const composed = async (id: PartyId, changes: Partial<Parts> = {}): Promise<Composed> => {
    const own = known(parties, id)
    const opening = [...parties.values()].map((party) => party.opening)
    const source = changes.database ?? known(sources, id)
    const made = await compose({
      party: id,
      keys: { transport: own.transport, party: { signing: own.signing, opening: [own.opening] } },
      ledger: { pair: own.ledger, publicKeys: [own.ledger[0].publicKey, own.ledger[1].publicKey] },
      ledgerFiles: { anchorFile: anchorOf(source) },
      database: source,
      registry: { pinnedRoots, files: [registry] },
      limits,
      vigilance: { entriesPerSecond: 0 },
      logger: logger ?? recordingLogger(),
      now: () => clock.now,
      ...changes,
    })
    const close = async (): Promise<void> => {
      if (!ends.delete(close)) return
      await recordKeptDocuments(made.gateway, opening)
      await made.close()
    }
    ends.add(close)
    return { ...made, close }
  }
  return {
    clock,
    roots,
    document,
    registry,
    party: (id) => known(parties, id),
    compose: composed,
    start: async (id, changes) => {
      const { agencyPort, exchangePort } = known(parties, id)
      const host = '127.0.0.1'
      const exchangeUrl = originOf(exchangePort)
      const places = { agencyHost: host, agencyPort, exchangeHost: host, exchangePort, exchangeUrl }
      const running = await listen(await composed(id, changes), places)
      ends.add(running.stop)
      return running
    },
    end: async () => {
      for (const end of [...ends].toReversed()) await end()
    },
  }
}

export function originOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** The keys of a party as the registry lists them. */
export function registeredKeys(party: TestParty, from: Seconds): readonly RegisteredKey[] {
  const listed = (use: RegisteredKey['use'], key: PublicKey): RegisteredKey => ({ use, key, from })
  return [
    ...party.signing.map(({ publicKey }) => listed('sign', publicKey)),
    listed('open', party.opening.publicKey),
    listed('transport', party.transport.publicKey),
    ...party.ledger.map(({ publicKey }) => listed('ledger', publicKey)),
  ]
}

async function makeParty(options: PartyOptions): Promise<TestParty> {
  return {
    ...options,
    signing: heldPair('ml-dsa-65'),
    opening: HeldOpeningKey.generate(),
    transport: HeldSigningKey.generate('ed25519'),
    ledger: heldPair('ml-dsa-44'),
    agencyPort: await freePort(),
    exchangePort: await freePort(),
  }
}

function secretsOf({ signing, opening, transport, ledger }: TestParty) {
  return [...signing, ...ledger, transport, opening]
}

function heldPair(second: 'ml-dsa-65' | 'ml-dsa-44'): readonly [HeldSigningKey, HeldSigningKey] {
  return [HeldSigningKey.generate('ed25519'), HeldSigningKey.generate(second)]
}
