/** Answers for what every step of the exchange is given first: whose gateway this is, and what it works with. */
import type { Directory } from '../../protocol/directory.ts'
import type { OpeningKey, SigningKey, SigningPair } from '../../protocol/key.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Expiry } from '../keys/expiries.ts'
import type { Database } from '../database/open.ts'
import type { Damage } from '../ledger/damage.ts'
import type { Sequencer } from '../ledger/sequencer.ts'
import type { KnownWitnessed } from '../ledger/witnessing/known.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { HeldRegistry } from '../registry/held.ts'
import type { Settings } from '../settings.ts'
import type { EnvelopeName } from './envelope-name.ts'
import type { EnvelopeSummary } from './envelopes-table.ts'
import type { HeldSuspensions } from './suspension/held-suspensions.ts'
import type { PeerConnections } from './peer/peer-connections.ts'
import type { ReceiptsGiven } from './receipts-given.ts'
import type { Signal } from './signal.ts'
import type { StatusIndexes } from './withdrawal/status-lists.ts'
import type { Turns } from './turns.ts'

export type Limits = Pick<
  Settings,
  | 'maxEnvelopeBytes'
  | 'longPollSeconds'
  | 'relayConcurrency'
  | 'relayTimeoutSeconds'
  | 'relayFirstRetryMilliseconds'
  | 'relayLongestRetrySeconds'
  | 'partyRequestsPerSecond'
  | 'addressRequestsPerSecond'
>

/** What the party signs and opens with. A blind gateway has none of it. */
export interface PartyKeys {
  readonly signing: SigningPair
  readonly opening: readonly OpeningKey[]
}

export interface GatewayKeys {
  /** Signs requests to other gateways (RFC 9421). */
  readonly transport: SigningKey
  readonly party: PartyKeys | undefined
}

/** Wakes whoever waits in this process; other replicas find what is new by looking again. */
interface Signals {
  /** Something new for some inbox, or an acknowledgement. */
  readonly inbox: Signal
  /** Something to relay. */
  readonly outbox: Signal
  /** A suspension notice to publish. */
  readonly notices: Signal
  /** A withdrawal that came, or that is to be sent. */
  readonly withdrawals: Signal
}

export interface Gateway {
  readonly party: PartyId
  readonly database: Database
  readonly sequencer: Sequencer
  /** Once some is found nothing is entered, and so nothing accepted. */
  readonly damage: Damage
  /** What the ledger signs with: the sequencer for its own checkpoints, a witness for others'. */
  readonly ledger: LedgerSigner
  /** Where it remembers, outside of the database, what it cosigned of others' ledgers. */
  readonly witnessedFolder: string
  /** What of the witnesses of its own ledger was verified here. */
  readonly witnessed: KnownWitnessed
  readonly keys: GatewayKeys
  readonly limits: Limits
  /** By which it asks other gateways. */
  readonly peers: PeerConnections
  readonly logger: Logger
  /** What the operator sees of it. */
  readonly metrics: Metrics
  readonly signals: Signals
  /** What was submitted under this name before. */
  readonly earlier: (name: EnvelopeName) => Promise<EnvelopeSummary | undefined>
  /** Of what this process entered. */
  readonly receiptsGiven: ReceiptsGiven
  /** In which this process enters what is counted. */
  readonly turns: Turns
  /** Where the status of the attestations stands that it issues. */
  readonly statuses: StatusIndexes
  readonly registry: HeldRegistry
  /** What ends when, the soonest first. */
  readonly expiries: () => readonly Expiry[]
  /** What stands of the notices that the ledger entered. */
  readonly suspensions: HeldSuspensions
  /** The registry in force, with what is suspended. Throws `registry-expired` when it is stale. */
  directory(): Directory
  /** The only clock; tests fix it. */
  now(): Seconds
}

/** By which listener a message came: from the party's own systems, or from the gateway that signed as this party. */
export type Origin = { readonly kind: 'agency' } | PeerOrigin

interface PeerOrigin {
  readonly kind: 'exchange'
  readonly party: PartyId
  /** The hash of the leaf that its gateway gave a receipt for, as it signed: entered here, it proves that entry there. */
  readonly peerReceipt?: Uint8Array
}
