/** Answers for how each key of a party stands: what its folder holds, compared with what the registry says of it. */
import type { KeyListing } from '../../keys/key-folder.ts'
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import { isLive } from '../../protocol/key-changes.ts'
import { maxValiditySeconds } from '../../protocol/envelope/format.ts'
import type { KeyId } from '../../protocol/key.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { RegisteredKey } from '../../protocol/registry.ts'

/**
 * `announced`: made here, and not yet good by the registry; `active`: of its use the one that signs, or is sealed to;
 * `retired`: a later one is; `revoked`: by the registry, from its time on; `destroyed`: listed, and not here any more.
 */
export type KeyState = 'announced' | 'active' | 'retired' | 'revoked' | 'destroyed'

export interface KeyStanding {
  readonly id: KeyId
  readonly use: RegisteredKey['use']
  readonly state: KeyState
  /** Absent for one that is destroyed. */
  readonly held?: KeyListing
  /** Absent for one that the registry does not list. */
  readonly listed?: RegisteredKey
}

/** Root keys are no party's: they have no standing. */
export function standingsOf(
  held: readonly KeyListing[],
  listed: readonly RegisteredKey[],
  now: Seconds,
): readonly KeyStanding[] {
  const byId = new Map(listed.map((each) => [each.key.id, each]))
  const ids = new Set(held.map(({ id }) => id))
  const here = held
    .filter(({ use }) => use !== 'root')
    .map((own) => {
      const entry = byId.get(own.id)
      const state = stateOf(own, held, byId, now)
      return { id: own.id, use: own.use, state, held: own, ...(entry && { listed: entry }) }
    })
  const gone = listed
    .filter(({ key }) => !ids.has(key.id))
    .map((entry) => ({ id: entry.key.id, use: entry.use, state: 'destroyed' as const, listed: entry }))
  return [...here, ...gone]
}

function stateOf(
  own: KeyListing,
  held: readonly KeyListing[],
  listed: ReadonlyMap<KeyId, RegisteredKey>,
  now: Seconds,
): KeyState {
  const entry = listed.get(own.id)
  if (entry === undefined || now < entry.from) return 'announced'
  if (entry.revoked !== undefined && now >= entry.revoked) return 'revoked'
  if (!isLive(entry, now)) return 'retired'
  return laterIsLive(own, held, listed, now) ? 'retired' : 'active'
}

/** A pair takes over when both of its halves are live. */
function laterIsLive(
  { use, generation }: KeyListing,
  held: readonly KeyListing[],
  listed: ReadonlyMap<KeyId, RegisteredKey>,
  now: Seconds,
): boolean {
  const later = held.filter((each) => each.use === use && each.generation > generation)
  const byGeneration = Map.groupBy(later, (each) => each.generation)
  return [...byGeneration.values()].some((halves) =>
    halves.every(({ id }) => {
      const entry = listed.get(id)
      return entry !== undefined && isLive(entry, now)
    }),
  )
}

/** When nothing that the key is needed for can come any more; `undefined` as long as the registry has not ended it. */
export function uselessFrom({ use, listed }: KeyStanding): Seconds | undefined {
  const end = Math.min(listed?.until ?? Infinity, listed?.revoked ?? Infinity)
  if (end === Infinity) return undefined
  // The last envelope that is accepted was sealed just before the end, by a clock that is a little behind.
  return use === 'open' ? end + maxValiditySeconds + clockSkewSeconds : end + clockSkewSeconds
}
