/**
 * Answers for publishing suspensions: what a party of this gateway signed goes to every other gateway of the registry, in
 * its order, again and again until each has taken it.
 */
import { type Directory, partyOf } from '../../../protocol/directory.ts'
import { errorFields } from '../../logger.ts'
import { type Circuits, createCircuits } from '../peer/circuits.ts'
import type { Gateway } from '../gateway.ts'
import type { HeldNotice } from './held-suspensions.ts'
import { hostingOf } from '../hosting.ts'
import { postToPeer } from '../peer/peer.ts'
import { deliveries, insertDelivery } from './suspension-deliveries-table.ts'
import { noticesAfter } from './suspensions-table.ts'

export interface Publisher {
  readonly stop: () => Promise<void>
}

/** Gateways whose time has come, and notices that another replica took, are found by looking this often. */
const lookAgainMilliseconds = 1000

interface Publishing {
  readonly gateway: Gateway
  readonly circuits: Circuits
  readonly stop: AbortController
  /** How many notices each gateway has taken, by their order; what is not known is asked of the table once. */
  readonly taken: Map<string, Set<number>>
}

export function startPublishing(gateway: Gateway): Publisher {
  const { relayFirstRetryMilliseconds, relayLongestRetrySeconds } = gateway.limits
  const backOff = {
    firstMilliseconds: relayFirstRetryMilliseconds,
    longestMilliseconds: 1000 * relayLongestRetrySeconds,
  }
  const stop = new AbortController()
  const publishing = { gateway, circuits: createCircuits(backOff, 1), stop, taken: new Map() }
  const ended = run(publishing)
  return {
    stop: async () => {
      stop.abort()
      await ended
    },
  }
}

async function run(publishing: Publishing): Promise<void> {
  const { gateway, stop } = publishing
  let isKnown = false
  while (!stop.signal.aborted) {
    // Listening begins before looking, so that a notice entered in between is not left until the next look.
    const woken = gateway.signals.notices.wait(lookAgainMilliseconds, stop.signal)
    try {
      if (gateway.suspensions.version() > 0) {
        if (!isKnown) await learn(publishing)
        isKnown = true
        await publishAll(publishing)
      }
    } catch (error) {
      // The database is away, or the registry is stale. Nothing is lost: what was not taken is sent later.
      gateway.logger.error('task-failed', { task: 'notices', ...errorFields(error) })
    }
    await woken
  }
}

async function learn({ gateway, taken }: Publishing): Promise<void> {
  for (const { gateway: peer, position } of await deliveries(gateway.database)) {
    taken.set(peer, (taken.get(peer) ?? new Set()).add(position))
  }
}

async function publishAll(publishing: Publishing): Promise<void> {
  const { gateway, circuits } = publishing
  const directory = gateway.directory()
  const own = ownNotices(gateway, directory)
  if (own.length === 0) return
  const peers = othersOf(gateway, directory).filter((peer) => circuits.room(peer, performance.now()) > 0)
  await Promise.all(peers.map((peer) => publishTo(publishing, peer, own)))
}

/** Signed by a party that this gateway serves: its own task is to bring them to all others. */
function ownNotices({ suspensions, party }: Gateway, directory: Directory): readonly HeldNotice[] {
  const { gateway } = partyOf(directory, party)
  return suspensions.notices().filter(({ by }) => directory.parties.get(by)?.gateway === gateway)
}

/** The addresses of all other gateways of the registry. */
export function othersOf({ party }: Gateway, directory: Directory): readonly string[] {
  return hostingOf(directory, party, [...directory.parties.keys()]).elsewhere
}

/** One after the other: a notice that overtakes the one before it would be refused. */
async function publishTo(publishing: Publishing, peer: string, own: readonly HeldNotice[]): Promise<void> {
  const { gateway, circuits, stop, taken } = publishing
  const done = taken.get(peer) ?? new Set<number>()
  taken.set(peer, done)
  for (const { position } of own.filter((notice) => !done.has(notice.position))) {
    if (stop.signal.aborted || !(await isTaken(publishing, peer, position))) return
    circuits.answered(peer)
    // A crash before this: it is sent again, and the peer gives the same answer.
    await insertDelivery(gateway.database, { position, gateway: peer, at: gateway.now() })
    done.add(position)
  }
}

async function isTaken(
  { gateway, circuits, stop }: Publishing,
  peer: string,
  position: number,
): Promise<boolean> {
  const [row] = await noticesAfter(gateway.database, position - 1, 1)
  if (row === undefined) return false
  const answer = await postToPeer({
    peers: gateway.peers,
    targetUri: new URL('/v1/notices', peer).href,
    body: row.bytes,
    key: gateway.keys.transport,
    now: gateway.now(),
    timeoutMilliseconds: 1000 * gateway.limits.relayTimeoutSeconds,
    stop: stop.signal,
  })
  if (answer.kind === 'taken') return true
  // Refused, it may yet fit: the peer's registry may be older, or the notice before this one may be on its way to it.
  const asked = answer.kind === 'unsettled' ? (answer.afterSeconds ?? 0) : 0
  const wait = circuits.failed(peer, performance.now(), 1000 * asked)
  gateway.logger.warn('peer-unreachable', {
    task: 'notices',
    milliseconds: wait,
    ...(answer.kind === 'refused' && { code: answer.code }),
  })
  return false
}
