/**
 * Answers for putting a gateway together from its parts, in the only order in which each has what it needs, and for taking
 * it apart again. What is opened before a part refuses is closed again.
 */
import { Rejected } from '../protocol/errors.ts'
import type { SigningPair, VerificationKey } from '../protocol/key.ts'
import type { LedgerSigner } from '../protocol/ledger/checkpoint.ts'
import type { PartyId, Seconds } from '../protocol/names.ts'
import type { Party } from '../protocol/registry.ts'
import { type DatabaseSource, openDatabase } from './database/open.ts'
import { startFollowing } from './exchange/suspension/follow-notices.ts'
import { earlierIn } from './exchange/envelopes-table.ts'
import type { Gateway, GatewayKeys, Limits } from './exchange/gateway.ts'
import { holdSuspensions, type SuspensionSource } from './exchange/suspension/held-suspensions.ts'
import { connectToPeers, type PeerTls } from './exchange/peer/peer-connections.ts'
import { startFollowingRegistry } from './registry/follow-registry.ts'
import { startPublishing } from './exchange/suspension/publish-notices.ts'
import { createReceiptsGiven } from './exchange/receipts-given.ts'
import { startRelay } from './exchange/relay.ts'
import { startReleaser } from './exchange/release.ts'
import { createSignal } from './exchange/signal.ts'
import { createStatusIndexes } from './exchange/withdrawal/status-lists.ts'
import { createTurns } from './exchange/turns.ts'
import { startWithdrawals } from './exchange/withdrawal/withdrawals.ts'
import { startCover } from './ledger/cover.ts'
import { createDamage, guarded } from './ledger/damage.ts'
import { startScrubber } from './ledger/scrubber.ts'
import { startStamper, type TimeStamping } from './ledger/time-stamps/stamper.ts'
import { expiriesOf } from './keys/expiries.ts'
import type { KeptKeys } from './keys/kept-keys.ts'
import { createWitnesses } from './ledger/witnessing/asking.ts'
import { createKnownWitnessed } from './ledger/witnessing/known.ts'
import { errorFields, type Logger } from './logger.ts'
import { createMetrics } from './metrics/metrics.ts'
import { type LedgerFiles, openLedger } from './open-ledger.ts'
import { catchUp, enterAdoption, previousOf } from './registry/adopt.ts'
import { requireEnrolled } from './registry/enrolled.ts'
import { type HeldRegistry, holdRegistry } from './registry/held.ts'
import { loadRegistry, type RegistrySources } from './registry/load.ts'

/** What a ledger signs with, and its public halves, Ed25519 first. */
export interface LedgerPair {
  readonly pair: SigningPair
  readonly publicKeys: readonly [VerificationKey, VerificationKey]
}

/** What watches over the ledger while the gateway runs. */
export interface Vigilance {
  /** How fast all of it is hashed again; 0 turns it off. */
  readonly entriesPerSecond: number
  readonly timeStamping?: TimeStamping
  /** Entries about nothing, on average; none when absent. */
  readonly coverEntriesPerHour?: number
}

export interface Parts {
  readonly party: PartyId
  /** Keys that stay as they are, or those of a folder that is looked after. */
  readonly keys: GatewayKeys | KeptKeys
  readonly ledger: LedgerPair
  readonly ledgerFiles: LedgerFiles
  readonly database: DatabaseSource
  readonly vigilance: Vigilance
  readonly registry: RegistrySources
  readonly limits: Limits & { readonly waitingQueueLength: number }
  /** What connections to other gateways are made with; without it no certificate is shown. */
  readonly peerTls?: PeerTls
  /** How often it compares its registry with others’. */
  readonly registryRefreshSeconds?: number
  readonly logger: Logger
  readonly now: () => Seconds
}

export interface Composed {
  readonly gateway: Gateway
  /** Ends what the gateway does of itself, then closes the database. Listeners are closed before. */
  readonly close: () => Promise<void>
}

/** How often the versions that another replica adopted are looked for, and the notices that it took. */
const catchUpMilliseconds = 5000

export async function compose(parts: Parts): Promise<Composed> {
  const opened: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).toReversed()) await end()
  }
  try {
    const gateway = await assemble(parts, (end) => opened.push(end))
    return { gateway, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function assemble(parts: Parts, onClose: (end: () => Promise<void> | void) => void): Promise<Gateway> {
  const { party, limits, logger } = parts
  const now = (): Seconds => parts.now()
  const database = await openDatabase(parts.database)
  onClose(() => database.destroy())
  const { current, before, unentered } = await loadRegistry(database, parts.registry)
  const registry = holdRegistry(current, before)
  const { keys, expiries } = actingKeys(parts, registry)
  const own = requireEnrolled(
    current,
    party,
    keys,
    parts.ledger.pair.map(({ id }) => id),
  )
  const signer = signerOf(own, parts.ledger)
  const others = current.document.parties.filter(({ id }) => id !== party)
  const peers = connectToPeers(parts.peerTls)
  onClose(() => peers.close())
  const witnesses = createWitnesses()
  const damage = createDamage()
  const opened = await openLedger({
    ...{ database, signer, own, others, peers, files: parts.ledgerFiles, logger, now, onClose },
    signed: witnesses.hear,
    waitingLimit: limits.waitingQueueLength,
  })
  const sequencer = guarded(opened, damage)
  for (const version of unentered)
    await enterAdoption({ party, sequencer, logger, now }, version, previousOf(version, before))
  warnOfStale(registry, parts)
  const changed: SuspensionSource['changed'] = (standing) => registry.suspend(standing)
  const suspensions = await holdSuspensions({ database, sequencer, changed })
  const signals = {
    ...{ inbox: createSignal(), outbox: createSignal(), notices: createSignal() },
    withdrawals: createSignal(),
  }
  const directory = () => registry.directory(now())
  const witnessedFolder = `${parts.ledgerFiles.anchorFile}.witnessed`
  const witnessed = createKnownWitnessed({ party, database, directory, now })
  const metrics = createMetrics(() => ({ gateway, notAnswering: relay.notAnswering() }))
  onClose(() => metrics.close())
  const gateway: Gateway = {
    ...{
      party,
      database,
      sequencer,
      damage,
      ledger: signer,
      witnessedFolder,
      witnessed,
      keys,
      limits,
      peers,
    },
    metrics,
    statuses: createStatusIndexes(database),
    earlier: earlierIn(database),
    ...{ logger, signals, receiptsGiven: createReceiptsGiven(), turns: createTurns() },
    ...{ registry, suspensions, directory, now, expiries },
  }
  const relay = startRelay(gateway)
  onClose(() => relay.stop())
  const releaser = startReleaser(gateway)
  onClose(() => releaser.stop())
  const publisher = startPublishing(gateway)
  onClose(() => publisher.stop())
  const follower = await startFollowing(gateway)
  onClose(() => follower.stop())
  const withdrawals = startWithdrawals(gateway)
  onClose(() => withdrawals.stop())
  const { registryRefreshSeconds = 600 } = parts
  const registryFollower = startFollowingRegistry(gateway, registryRefreshSeconds)
  onClose(() => registryFollower.stop())
  const asking = witnesses.start(gateway, releaser)
  onClose(() => asking.stop())
  onClose(watchRegistry(gateway))
  if ('watch' in parts.keys) onClose(parts.keys.watch(gateway))
  const { entriesPerSecond, timeStamping, coverEntriesPerHour = 0 } = parts.vigilance
  onClose(startScrubber({ ...gateway, signer, entriesPerSecond }))
  onClose(startCover({ ...gateway, coverEntriesPerHour }))
  onClose(startStamper({ ...gateway, timeStamping }))
  return gateway
}

function actingKeys({ party, keys, now }: Parts, registry: HeldRegistry): Pick<Gateway, 'keys' | 'expiries'> {
  const choosing = { party, registry, now: () => now() }
  if ('chosenBy' in keys) return { keys: keys.chosenBy(choosing), expiries: () => keys.expiries(choosing) }
  return { keys, expiries: () => expiriesOf(registry.current().document.expires, []) }
}

function signerOf({ ledger: origin }: Party, { pair, publicKeys }: LedgerPair): LedgerSigner {
  const [ed25519, mlDsa44] = publicKeys
  return { keys: { origin, ed25519, mlDsa44 }, pair }
}

/** A gateway with a stale registry starts, refuses everything that needs it, and takes the next version. */
function warnOfStale(registry: HeldRegistry, { logger, now }: Pick<Parts, 'logger' | 'now'>): void {
  try {
    registry.directory(now())
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    logger.warn('registry-refused', {
      code: error.code,
      registryVersion: registry.current().document.version,
    })
  }
}

/** Gives the end of it. */
function watchRegistry(gateway: Gateway): () => Promise<void> {
  let looking = Promise.resolve()
  const look = async (): Promise<void> => {
    try {
      await catchUp(gateway)
      await gateway.suspensions.catchUp()
    } catch (error) {
      // The version in force stays in force; it is looked for again.
      gateway.logger.error('task-failed', { task: 'registry-watch', ...errorFields(error) })
    }
  }
  const timer = setInterval(() => {
    looking = look()
  }, catchUpMilliseconds)
  return async () => {
    clearInterval(timer)
    await looking
  }
}
