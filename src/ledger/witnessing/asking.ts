/**
 * Answers for asking the witnesses, again and again: each has one request under way at most, for the newest checkpoint or the
 * one by which a quorum is reached, and what comes between goes with the next. Who does not answer is left alone for a while.
 */
import { utf8 } from '../../../protocol/bytes.ts'
import { ledgerKeysOf, partyOf, witnessesFor, witnessingOf } from '../../../protocol/directory.ts'
import { type LedgerKeys, verifyCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import type { PartyId } from '../../../protocol/names.ts'
import type { PeerConnections } from '../../exchange/peer/peer-connections.ts'
import { type BackOff, type Circuits, createCircuits } from '../../exchange/peer/circuits.ts'
import { createSignal, type Signal } from '../../exchange/signal.ts'
import { errorFields, type Logger } from '../../logger.ts'
import type { Settings } from '../../settings.ts'
import { askWitness, WitnessAhead } from './ask.ts'
import { type CosignatureRow, forgetCosignatures, storeCosignature } from './cosignatures-table.ts'
import { followNewest, type NewestCheckpoint, noteAt, type SizedNote } from './newest.ts'
import { cosignedNow, greatestQuorum, type Witnessed } from './standing.ts'
import { isDue, nextSize, sizesToForget, type Turn } from './turn.ts'

/** The gateway whose ledger is cosigned. */
export interface CosignedGateway extends Witnessed {
  readonly peers: PeerConnections
  readonly logger: Logger
  readonly limits: Pick<
    Settings,
    'relayTimeoutSeconds' | 'relayFirstRetryMilliseconds' | 'relayLongestRetrySeconds'
  >
}

export interface Witnesses {
  /** Hears of each root that the sequencer signs. */
  readonly hear: NewestCheckpoint['hear']
  /** Begins to ask. */
  readonly start: (gateway: CosignedGateway, waiting: Waiting) => { readonly stop: () => Promise<void> }
}

/** What waits for witnesses. */
export interface Waiting {
  /** Whether anything does: if not, they are asked at leisure. */
  readonly any: () => Promise<boolean>
  /** There are new lines. */
  readonly cosigned: () => void
}

const leisureMilliseconds = 1000

/** Checkpoints of other replicas, and refreshes that are due, are found by looking this often. */
const lookAgainMilliseconds = 1000

interface Running {
  readonly gateway: CosignedGateway
  readonly newest: NewestCheckpoint
  readonly woken: Signal
  readonly waiting: Waiting
  readonly circuits: Circuits
  readonly stop: AbortController
  /** What a witness told that it has, where that is not in the table. */
  readonly told: Map<PartyId, number>
  readonly underWay: Map<PartyId, Promise<void>>
  /** When each was asked last. */
  readonly asked: Map<PartyId, number>
}

export function createWitnesses(): Witnesses {
  const woken = createSignal()
  const newest = followNewest(() => woken.notify())
  return { hear: newest.hear, start: (gateway, waiting) => start({ gateway, waiting, newest, woken }) }
}

function start(given: Pick<Running, 'gateway' | 'newest' | 'woken' | 'waiting'>) {
  const { relayFirstRetryMilliseconds, relayLongestRetrySeconds } = given.gateway.limits
  const backOff: BackOff = {
    firstMilliseconds: relayFirstRetryMilliseconds,
    longestMilliseconds: 1000 * relayLongestRetrySeconds,
  }
  const running: Running = {
    ...given,
    circuits: createCircuits(backOff, 1),
    stop: new AbortController(),
    told: new Map(),
    underWay: new Map(),
    asked: new Map(),
  }
  const ended = run(running)
  return {
    stop: async (): Promise<void> => {
      running.stop.abort()
      await ended
      await Promise.all(running.underWay.values())
    },
  }
}

async function run(running: Running): Promise<void> {
  const { gateway, stop, woken } = running
  while (!stop.signal.aborted) {
    // Listening begins before looking: a root that is signed in between is not left until the next look.
    const wake = woken.wait(lookAgainMilliseconds, stop.signal)
    try {
      await look(running)
    } catch (error) {
      // The database is away, or the registry is stale. Whatever waits for witnesses goes on waiting.
      gateway.logger.error('task-failed', { task: 'witnessing', ...errorFields(error) })
    }
    await wake
  }
}

async function look(running: Running): Promise<void> {
  const { gateway, newest } = running
  const { database } = gateway
  const directory = gateway.directory()
  const free = await toBeAsked(running)
  if (free.length === 0) return
  const checkpoint = await newest.read(database)
  if (checkpoint === undefined) return
  const cosigned = await cosignedNow(gateway)
  const refreshSeconds = (witnessingOf(directory)?.limit ?? 0) / 3
  for (const [witness, keys] of free) {
    const own = cosigned.filter((row) => row.witness === witness).map(({ size }) => size)
    const known = Math.max(0, running.told.get(witness) ?? 0, ...own)
    const quorum = greatestQuorum(directory)
    const turn: Turn = { witness, known, newest: checkpoint.size, cosigned, quorum }
    const size = nextSize(turn)
    if (!isDue(size, turn, gateway.now(), refreshSeconds)) continue
    const note = size === checkpoint.size ? checkpoint.note : () => noteAt(database, size)
    begin(running, { witness, keys, known, checkpoint: { size, note } })
  }
}

/** Those that no request is under way to, and none was just now unless something waits; a busy ledger has many checkpoints. */
async function toBeAsked({ gateway, underWay, circuits, asked, waiting }: Running) {
  const { party, directory, now } = gateway
  const free = [...witnessesFor(directory(), party, now())].filter(
    ([witness]) => !underWay.has(witness) && circuits.room(witness, performance.now()) > 0,
  )
  const since = performance.now() - leisureMilliseconds
  const rested = free.filter(([witness]) => (asked.get(witness) ?? since) <= since)
  return rested.length === free.length || !(await waiting.any()) ? rested : free
}

interface Request {
  readonly witness: PartyId
  readonly keys: LedgerKeys
  readonly known: number
  readonly checkpoint: SizedNote
}

function begin(running: Running, request: Request): void {
  const { underWay, asked, woken } = running
  asked.set(request.witness, performance.now())
  const task = one(running, request).finally(() => {
    underWay.delete(request.witness)
    // What was signed meanwhile goes now.
    woken.notify()
  })
  underWay.set(request.witness, task)
}

async function one(running: Running, request: Request): Promise<void> {
  const { gateway, circuits, told, waiting, stop } = running
  try {
    await storeCosignature(gateway.database, await cosignature(running, request))
    // From here the lines are durable. A crash before the release: it looks at the table when it is back.
    circuits.answered(request.witness)
    told.delete(request.witness)
    waiting.cosigned()
    await forget(gateway)
  } catch (error) {
    if (!stop.signal.aborted) failed(running, request.witness, error)
  }
}

function failed({ gateway, circuits, woken, told }: Running, witness: PartyId, error: unknown): void {
  const wait = circuits.failed(witness, performance.now())
  gateway.logger.warn('witness-silent', { peer: witness, milliseconds: wait, ...errorFields(error) })
  setTimeout(() => woken.notify(), wait).unref()
  if (!(error instanceof WitnessAhead)) return
  // Another replica asked before, or this database has gone back behind what it signed.
  told.set(witness, error.size)
  gateway.logger.warn('witness-ahead', { peer: witness, ledgerSize: error.size })
}

async function cosignature(
  { gateway, stop }: Running,
  { witness, keys, known, checkpoint }: Request,
): Promise<CosignatureRow> {
  const { party, database, peers, limits } = gateway
  const directory = gateway.directory()
  const now = gateway.now()
  const note = await checkpoint.note()
  return askWitness(
    { database, peers, now, timeoutMilliseconds: 1000 * limits.relayTimeoutSeconds, stop: stop.signal },
    { party: witness, keys, gateway: partyOf(directory, witness).gateway, known },
    verifyCheckpoint(utf8(note), ledgerKeysOf(directory, party, now)),
    note,
  )
}

async function forget(gateway: CosignedGateway): Promise<void> {
  const quorums = witnessingOf(gateway.directory())?.quorums ?? []
  await forgetCosignatures(gateway.database, sizesToForget(await cosignedNow(gateway), quorums))
}
