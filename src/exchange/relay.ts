/**
 * Answers for relaying: what the outbox holds goes to the other gateways, again and again until they have taken it, refused
 * it, or it has expired. How it ended is an entry, made once, in one transaction with the row.
 */
import { errorFields } from '../logger.ts'
import { type BackOff, type Circuits, createCircuits } from './peer/circuits.ts'
import { createVerifiedSignatures, type VerifiedSignatures } from './peer/verified-signatures.ts'
import type { Gateway } from './gateway.ts'
import { claimOutbox, gatewaysDue } from './outbox-table.ts'
import { findEnvelopes } from './envelopes-table.ts'
import { type Relayed, relayOne } from './relay-one.ts'

export interface Relay {
  /** The gateways that did not answer when they were last asked. */
  notAnswering(): readonly string[]
  /** Ends when nothing is under way any more. What was is due again later, and converges on the same receipt. */
  stop(): Promise<void>
}

/** Rows of other replicas, and those whose time has come, are found by looking this often. */
const lookAgainMilliseconds = 1000

/** For all peers together; `relayConcurrency` is for each. */
const mostUnderWay = 128

interface Running {
  readonly gateway: Gateway
  readonly circuits: Circuits
  readonly verified: VerifiedSignatures
  readonly backOff: BackOff
  readonly stop: AbortController
  /** By peer. */
  readonly underWay: Map<string, Set<Promise<void>>>
}

export function startRelay(gateway: Gateway): Relay {
  const { relayFirstRetryMilliseconds, relayLongestRetrySeconds, relayConcurrency } = gateway.limits
  const backOff = {
    firstMilliseconds: relayFirstRetryMilliseconds,
    longestMilliseconds: 1000 * relayLongestRetrySeconds,
  }
  const running: Running = {
    gateway,
    backOff,
    verified: createVerifiedSignatures(),
    circuits: createCircuits(backOff, relayConcurrency),
    stop: new AbortController(),
    underWay: new Map(),
  }
  const ended = run(running)
  return {
    notAnswering: () => running.circuits.notAnswering(),
    stop: async () => {
      running.stop.abort()
      await ended
      await Promise.all([...running.underWay.values()].flatMap((tasks) => [...tasks]))
    },
  }
}

async function run(running: Running): Promise<void> {
  const { gateway, stop } = running
  while (!stop.signal.aborted) {
    // Listening begins before looking, so that a row inserted in between is not left until the next look.
    const woken = gateway.signals.outbox.wait(lookAgainMilliseconds, stop.signal)
    try {
      for (const peer of await gatewaysDue(gateway.database, gateway.now())) await begin(running, peer)
    } catch (error) {
      // The database is away. Nothing is lost: the rows stay, and are looked for again.
      gateway.logger.error('task-failed', { task: 'relay', ...errorFields(error) })
    }
    await woken
  }
}

async function begin(running: Running, peer: string): Promise<void> {
  const { gateway, circuits, underWay } = running
  const { relayTimeoutSeconds } = gateway.limits
  const tasks = underWay.get(peer) ?? new Set()
  underWay.set(peer, tasks)
  const total = [...underWay.values()].reduce((sum, { size }) => sum + size, 0)
  const room = Math.min(circuits.room(peer, performance.now()) - tasks.size, mostUnderWay - total)
  if (room <= 0) return
  // Claimed for longer than the request may take. A crash in between: the row is due again when the claim has passed.
  const lease = 2000 * relayTimeoutSeconds + 1000
  for (const relayed of await claim(gateway, peer, room, lease)) {
    const task: Promise<void> = one(running, relayed).finally(() => {
      tasks.delete(task)
      gateway.signals.outbox.notify()
    })
    tasks.add(task)
  }
}

/** With what each relays, read together. */
async function claim(
  gateway: Gateway,
  peer: string,
  room: number,
  lease: number,
): Promise<readonly Relayed[]> {
  const { database } = gateway
  const rows = await claimOutbox(database, peer, room, lease, gateway.now())
  const wanted = rows.map(({ issuer, id, kind }) => ({ issuer, id, whole: kind === 'envelope' }))
  const envelopes = rows.length === 0 ? [] : await findEnvelopes(database, wanted)
  return rows.map((row, i) => ({ row, envelope: envelopes[i] }))
}

async function one(running: Running, relayed: Relayed): Promise<void> {
  try {
    await relayOne({ ...running, stop: running.stop.signal }, relayed)
  } catch (error) {
    // Whatever it was, the claim passes and the row is tried again.
    running.gateway.logger.error('task-failed', { task: 'relay', ...errorFields(error) })
  }
}
