/**
 * Answers for look-ups in two times (registry.md, "Looking up"): what held at one time, as the registry was known at another.
 * A later version may date a revocation back, and then says otherwise of the past than was known in it.
 */
import { type Directory, directoryOf } from './directory.ts'
import { Rejected } from './errors.ts'
import type { PartyId, Seconds } from './names.ts'
import type { Evaluator } from './policy/rules.ts'
import type { RegisteredKey, VerifiedRegistry } from './registry.ts'

/** The version that was the newest at a time, of a whole chain. Throws `not-yet-valid` for a time before the first. */
export function knownAt(versions: readonly VerifiedRegistry[], known: Seconds): VerifiedRegistry {
  const newest = versions.findLast(({ document }) => document.issued <= known)
  if (newest === undefined) throw new Rejected('not-yet-valid', 'there was no registry at that time')
  return newest
}

/** The directory as it was known; its look-ups ask for the other time. Throws `registry-expired` where it was stale. */
export function directoryKnownAt(
  versions: readonly VerifiedRegistry[],
  known: Seconds,
  evaluator?: Evaluator,
): Directory {
  return directoryOf(knownAt(versions, known), known, evaluator)
}

type KeyState = 'to-come' | 'live' | 'ended' | 'revoked'

export interface KeyThen {
  readonly registered: RegisteredKey
  readonly state: KeyState
}

/** How each key of the party stood at a time, by one version. Throws `unknown-party`. */
export function keysAt(
  version: Pick<VerifiedRegistry, 'document'>,
  party: PartyId,
  at: Seconds,
): readonly KeyThen[] {
  const listed = version.document.parties.find(({ id }) => id === party)
  if (listed === undefined)
    throw new Rejected('unknown-party', `${party} is not in version ${version.document.version}`)
  return listed.keys.map((registered) => ({ registered, state: stateAt(registered, at) }))
}

/** A revocation comes before everything: from its time on nothing else matters of a key. */
function stateAt({ from, until, revoked }: RegisteredKey, at: Seconds): KeyState {
  if (revoked !== undefined && at >= revoked) return 'revoked'
  if (at < from) return 'to-come'
  return until === undefined || at < until ? 'live' : 'ended'
}
