/** Answers for what changes of a party's keys between two versions of the registry, but for what merely ends. */
import type { KeyId } from './key.ts'
import type { Seconds } from './names.ts'
import type { RegisteredKey } from './registry.ts'

/** `given`: listed where it was not, or good for longer than it was; `taken`: gone, or no longer as it was listed. */
export interface KeyChange {
  readonly id: KeyId
  readonly use: RegisteredKey['use']
  readonly from: Seconds
  readonly change: 'given' | 'taken'
}

export function changedKeys(
  held: readonly RegisteredKey[],
  next: readonly RegisteredKey[],
  issued: Seconds,
): readonly KeyChange[] {
  const before = new Map(held.map((key) => [key.key.id, key]))
  const after = new Set(next.map(({ key }) => key.id))
  const given = next.flatMap((key) => {
    const change = changeOf(before.get(key.key.id), key)
    return change === undefined ? [] : [{ ...named(key), change }]
  })
  const gone = held.filter((key) => !after.has(key.key.id) && !isSpent(key, issued))
  return [...given, ...gone.map((key) => ({ ...named(key), change: 'taken' as const }))]
}

function named({ key: { id }, use, from }: RegisteredKey) {
  return { id, use, from }
}

function changeOf(held: RegisteredKey | undefined, next: RegisteredKey): KeyChange['change'] | undefined {
  if (held === undefined) return 'given'
  if (held.use !== next.use) return 'taken'
  // A revocation is final: nobody's signature takes it back.
  if (isLater(next.revoked, held.revoked)) return 'taken'
  return held.from !== next.from || isLater(next.until, held.until) ? 'given' : undefined
}

/** An absent end is later than any. */
function isLater(a: Seconds | undefined, b: Seconds | undefined): boolean {
  return (a ?? Infinity) > (b ?? Infinity)
}

/** What was signed with a key is verified with it for ever; what was sealed to an opening key that has ended is not. */
function isSpent(key: RegisteredKey, at: Seconds): boolean {
  return key.use === 'open' && hasEnded(key, at)
}

/** Within its times, and not revoked. */
export function isLive({ from, until, revoked }: RegisteredKey, at: Seconds): boolean {
  return from <= at && (until === undefined || at < until) && (revoked === undefined || at < revoked)
}

/** One that has not begun has not ended either. */
export function hasEnded({ until, revoked }: RegisteredKey, at: Seconds): boolean {
  return at >= Math.min(until ?? Infinity, revoked ?? Infinity)
}

/** What differs at all, for people and for the ledger: keys listed, ended or revoked since. */
export function differingKeys(
  held: readonly RegisteredKey[],
  next: readonly RegisteredKey[],
): readonly KeyId[] {
  const text = ({ use, key, from, until, revoked }: RegisteredKey) =>
    [key.id, use, from, until, revoked].join(' ')
  const before = new Set(held.map(text))
  const after = new Set(next.map(text))
  const differ = [
    ...next.filter((key) => !before.has(text(key))),
    ...held.filter((key) => !after.has(text(key))),
  ]
  return [...new Set(differ.map(({ key }) => key.id))]
}
