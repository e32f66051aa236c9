/**
 * Answers for the notices that a gateway missed while it was away: it asks every other gateway for those after the last that it
 * had from there, at start and again and again, and takes each as if it had been brought.
 */
import { Rejected } from '../../../protocol/errors.ts'
import { errorFields } from '../../logger.ts'
import type { Gateway } from '../gateway.ts'
import { fetchNotices } from './fetch-notices.ts'
import { isHealing } from '../peer/peer-answer.ts'
import { othersOf } from './publish-notices.ts'
import { createSignal } from '../signal.ts'
import { acceptNotice } from './suspensions.ts'

export interface Follower {
  readonly stop: () => Promise<void>
}

const everyMilliseconds = 60_000
/** So long a start waits for the others' answers; who is away has nothing newer that could be waited for. */
const startMilliseconds = 1000

interface Following {
  readonly gateway: Gateway
  readonly stop: AbortController
  /** Peer → how many of its notices were looked at. */
  readonly cursors: Map<string, number>
}

/** Resolves once the others have answered, or the start has waited long enough for them. */
export async function startFollowing(gateway: Gateway): Promise<Follower> {
  const following = { gateway, stop: new AbortController(), cursors: new Map<string, number>() }
  const answered = createSignal()
  const first = answered.wait(startMilliseconds)
  const ended = run(following, () => answered.notify())
  await first
  return {
    stop: async () => {
      following.stop.abort()
      await ended
    },
  }
}

/** Ends a wait at the stop alone. */
const never = createSignal()

async function run(following: Following, firstEnded: () => void): Promise<void> {
  const { gateway, stop } = following
  while (!stop.signal.aborted) {
    try {
      const peers = othersOf(gateway, gateway.directory())
      await Promise.all(peers.map((peer) => follow(following, peer)))
    } catch (error) {
      // The database is away, or the registry is stale: then nothing is decided either.
      gateway.logger.error('task-failed', { task: 'notices', ...errorFields(error) })
    }
    firstEnded()
    await never.wait(everyMilliseconds, stop.signal)
  }
}

async function follow({ gateway, stop, cursors }: Following, peer: string): Promise<void> {
  for (;;) {
    const after = cursors.get(peer) ?? 0
    const notices = await fetchNotices({
      peers: gateway.peers,
      targetUri: new URL(`/v1/notices?after=${after}`, peer).href,
      key: gateway.keys.transport,
      now: gateway.now(),
      timeoutMilliseconds: 1000 * gateway.limits.relayTimeoutSeconds,
      stop: stop.signal,
    })
    if (notices.length === 0) return
    for (const [i, notice] of notices.entries()) {
      if (!(await settles(gateway, notice))) return
      cursors.set(peer, after + i + 1)
    }
  }
}

/** False: it may be taken another time, and what comes after it may rest on it. */
async function settles(gateway: Gateway, notice: Uint8Array): Promise<boolean> {
  try {
    await acceptNotice(gateway, notice)
    return true
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    gateway.logger.warn('notice-refused', { code: error.code })
    return !isHealing(error.code)
  }
}
