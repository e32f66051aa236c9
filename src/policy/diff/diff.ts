/** Answers for what a change of the registry opens and closes: on the day of the change, and on later days that it settles now. */
import type { Seconds } from '../../../protocol/names.ts'
import type { RegistryDocument } from '../../../protocol/registry.ts'
import { type ListChange, listChanges } from './diff-lists.ts'
import { type TermChange, termChanges } from './diff-terms.ts'
import { type Change, transferChanges } from './diff-transfers.ts'
import { momentsOf } from '../moments.ts'
import { rulesOf } from '../registry-rules.ts'

export interface Difference {
  readonly lists: readonly ListChange[]
  /** The first is of `at`; each later one has what is not in the one before it. */
  readonly moments: readonly MomentChanges[]
}

export interface MomentChanges {
  readonly at: Seconds
  readonly transfers: readonly Change[]
  readonly terms: readonly TermChange[]
}

export function differenceOf(old: RegistryDocument, next: RegistryDocument, at: Seconds): Difference {
  const times = new Set([...momentsOf({ ...old, expires: next.expires }, at), ...momentsOf(next, at)])
  const [before, after] = [rulesOf(old), rulesOf(next)]
  let earlier = new Set<string>()
  const moments = [...times]
    .sort((a, b) => a - b)
    .map((time) => {
      const transfers = transferChanges(before, after, time)
      const terms = termChanges(before, after, time)
      const isNew = (change: Change | TermChange) => !earlier.has(JSON.stringify(change))
      const found = { at: time, transfers: transfers.filter(isNew), terms: terms.filter(isNew) }
      earlier = new Set([...transfers, ...terms].map((change) => JSON.stringify(change)))
      return found
    })
    .filter(({ transfers, terms }, i) => i === 0 || transfers.length + terms.length > 0)
  return { lists: listChanges(old, next), moments }
}

/** Whether it lets pass what did not: further up, or with markings that count for less. */
export function opens({ before, after, opened }: Change): boolean {
  return (after ?? -1) > (before ?? -1) || opened.length > 0
}

export function closes({ before, after, closed }: Change): boolean {
  return (after ?? -1) < (before ?? -1) || closed.length > 0
}
