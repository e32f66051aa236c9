/**
 * Answers for the registry reaching every gateway: each compares its version with those of a few others, at start and again and
 * again, takes what it lacks in order, and offers what they lack. One version in one gateway is soon in all. Nobody who
 * answers is believed: a version is taken by the signatures on it.
 */
import { suite } from '#suite'
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { readUnverified } from '../../protocol/registry.ts'
import type { Seconds } from '../../protocol/names.ts'
import { createReminder, type Expiry } from '../keys/expiries.ts'
import { errorFields } from '../logger.ts'
import { adopt } from './adopt.ts'
import { enterConflict } from './conflict.ts'
import { versionsKept } from './held.ts'
import { registryVersion } from './versions-table.ts'
import type { Follower } from '../exchange/suspension/follow-notices.ts'
import type { Gateway } from '../exchange/gateway.ts'
import { fetchVersion, offerVersion, type RegistryPeer } from './registry-peer.ts'

/** Asked at a time: whoever lies, or is kept from news itself, is not asked alone. */
const peersAsked = 3
/** So long before its end all others are asked. */
const nearEndSeconds = 7 * 24 * 3600

/** Until there is a fresh one the gateway does nothing else, and cannot tell who offers it one. */
const staleMilliseconds = 30_000

interface Following {
  readonly gateway: Gateway
  readonly stop: AbortSignal
  readonly remind: (expiries: readonly Expiry[], now: Seconds) => readonly Expiry[]
  /** The version that all others were told of, if they could be. */
  told: number
}

export function startFollowingRegistry(gateway: Gateway, everySeconds: number): Follower {
  const stopping = new AbortController()
  const told = gateway.registry.current().document.version
  const following = { gateway, stop: stopping.signal, remind: createReminder(), told }
  const ended = run(following, 1000 * everySeconds)
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

async function run(following: Following, everyMilliseconds: number): Promise<void> {
  const { gateway, stop } = following
  while (!stop.aborted) {
    // Listening begins before looking: a version adopted meanwhile is offered at once. Not all gateways ask at one moment.
    const longest = isStale(gateway) ? Math.min(staleMilliseconds, everyMilliseconds) : everyMilliseconds
    const woken = gateway.registry.held.wait(longest * (0.5 + Math.random()), stop)
    try {
      await look(following)
    } catch (error) {
      // The database is away: what was not asked now is asked next time.
      gateway.logger.error('task-failed', { task: 'registry', ...errorFields(error) })
    }
    await woken
  }
}

function isStale(gateway: Gateway): boolean {
  return gateway.now() >= gateway.registry.current().document.expires
}

async function look(following: Following): Promise<void> {
  const { gateway, stop } = following
  const { version, expires } = gateway.registry.current().document
  const left = expires - gateway.now()
  const others = otherGateways(gateway)
  const asksAll = version > following.told || left < nearEndSeconds
  const asked = asksAll ? others : chosen(others, peersAsked)
  const found = await Promise.all(asked.map((peer) => compare({ gateway, peer, stop })))
  following.told = Math.max(following.told, version)
  const count = found.filter(Boolean).length
  if (left < nearEndSeconds && gateway.registry.current().document.version === version)
    tellUnrenewed(following, count)
}

/** Also those that a stale version lists: there is no other to begin from. */
function otherGateways({ registry, party }: Gateway): readonly string[] {
  const { parties } = registry.current().document
  const own = parties.find(({ id }) => id === party)?.gateway
  return [...new Set(parties.map(({ gateway }) => gateway))].filter((gateway) => gateway !== own)
}

function chosen(all: readonly string[], count: number): readonly string[] {
  const places = all.map((peer) => ({ peer, place: Math.random() }))
  const shuffled = places.toSorted((a, b) => a.place - b.place)
  return shuffled.slice(0, count).map(({ peer }) => peer)
}

/** Nobody who answered has the next version, and this one ends soon: its publishers are late, or somebody keeps it away. */
function tellUnrenewed({ gateway, remind }: Following, count: number): void {
  const now = gateway.now()
  const { version, expires } = gateway.registry.current().document
  if (remind([{ what: 'registry', at: expires }], now).length === 0) return
  gateway.logger.warn('registry-unrenewed', { registryVersion: version, seconds: expires - now, count })
}

/** Whether it answered. */
async function compare(peer: RegistryPeer): Promise<boolean> {
  const { gateway, stop } = peer
  const theirs = await fetchVersion(peer)
  if (theirs === undefined || stop.aborted) return false
  try {
    const { document, digest } = gateway.registry.current()
    if (equal(digest, suite.sha256(theirs))) return true
    const held = document.version
    const { version } = readUnverified(theirs)
    if (version > held) await takeFrom(peer, held, version)
    else if (!(await enterConflict(gateway, theirs, peer.peer))) await giveTo(peer, version, held)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    gateway.logger.warn('registry-refused', { code: error.code })
  }
  return true
}

/** One after the other, each accepted by the one before it. */
async function takeFrom(peer: RegistryPeer, held: number, last: number): Promise<void> {
  const { gateway, stop } = peer
  for (let version = held + 1; version <= last && !stop.aborted; version++) {
    const bytes = await fetchVersion(peer, version)
    if (bytes === undefined) return
    try {
      await adopt(gateway, bytes, peer.peer)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      gateway.logger.warn('registry-refused', { code: error.code, registryVersion: version })
      await findConflict(peer, version - 1)
      return
    }
  }
}

/** What does not follow the version held here may follow another one of its number, or of one before it. */
async function findConflict(peer: RegistryPeer, last: number): Promise<void> {
  for (let version = last; version > last - versionsKept && version > 0; version--) {
    const sibling = await fetchVersion(peer, version)
    if (sibling === undefined || (await enterConflict(peer.gateway, sibling, peer.peer))) return
  }
}

async function giveTo(peer: RegistryPeer, theirs: number, held: number): Promise<void> {
  const { gateway, stop } = peer
  for (let version = theirs + 1; version <= held && !stop.aborted; version++) {
    const bytes = await registryVersion(gateway.database, version)
    if (bytes === undefined || !(await offerVersion(peer, bytes))) return
  }
}
