/**
 * Answers for what one version of the rules lets pass and another does not, on one day. It is worked out by agreement,
 * category, purposes and pair of ceilings, never label by label: every pair of one class fares alike.
 */
import { compareNames, type PartyId, type Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import type { Level } from '../../../protocol/policy/level.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import type { Rules } from '../../../protocol/policy/rules.ts'
import { type MarkingChange, markingChanges } from './diff-markings.ts'
import { lower } from '../matrix/matrix.ts'
import { type Pair, pairsOf } from '../registry-rules.ts'

/** What changes alike for all the pairs: up to which level, and which markings beside it. `null`: nothing passes. */
export interface Change {
  readonly agreement: string
  readonly category: string
  readonly purposes: readonly string[]
  readonly before: Level | null
  readonly after: Level | null
  readonly pairs: readonly Pair[]
  /** Markings that count otherwise than before, and so pass where they did not, or no longer pass. */
  readonly opened: readonly MarkingChange[]
  readonly closed: readonly MarkingChange[]
}

export function transferChanges(old: Rules, next: Rules, at: Seconds): readonly Change[] {
  const ids = [...new Set([...old.agreements.keys(), ...next.agreements.keys()])].sort(compareNames)
  return ids.flatMap((id) => changesUnder(sideOf(old, id, at), sideOf(next, id, at), id, at))
}

/** An agreement as it binds under one version: between nobody, where it takes no transfers or is not there. */
interface Side {
  readonly rules: Rules
  readonly agreement: Agreement | undefined
  readonly pairs: ReadonlyMap<string, Pair>
}

function sideOf(rules: Rules, id: string, at: Seconds): Side {
  const agreement = rules.agreements.get(id)
  if (agreement === undefined || !takesTransfers(rules, agreement, at))
    return { rules, agreement, pairs: new Map() }
  return {
    rules,
    agreement,
    pairs: new Map(pairsOf(rules, agreement, at).map((pair) => [pair.join(' '), pair])),
  }
}

function changesUnder(old: Side, next: Side, agreement: string, at: Seconds): readonly Change[] {
  const classes = new Map<
    string,
    { readonly change: Omit<Change, 'opened' | 'closed'>; readonly pairs: Pair[] }
  >()
  for (const [key, pair] of new Map([...old.pairs, ...next.pairs])) {
    for (const { category, purposes, before, after } of alikeFor(old, next, key, pair[1])) {
      const name = [category, before, after, ...purposes].join(' ')
      const found = classes.get(name)
      if (found) found.pairs.push(pair)
      else
        classes.set(name, {
          change: { agreement, category, purposes, before, after, pairs: [] },
          pairs: [pair],
        })
    }
  }
  if (classes.size === 0) return []
  const markings = markingChanges(old, next, at)
  return [...classes.values()]
    .sort((a, b) => inOrder(a.change, b.change))
    .map(({ change, pairs }) => ({ ...change, pairs, ...passing(markings, change) }))
    .filter(({ before, after, opened, closed }) => before !== after || opened.length + closed.length > 0)
}

/** By category, purposes, and then from what passed highest down. */
function inOrder(a: Alike, b: Alike): number {
  const byName = compareNames(a.category, b.category) || compareNames(a.purposes.join(), b.purposes.join())
  return byName || (b.before ?? -1) - (a.before ?? -1) || (b.after ?? -1) - (a.after ?? -1)
}

type Alike = Pick<Change, 'category' | 'purposes' | 'before' | 'after'>

/** For one pair: each category, once for the purposes that stay, once for those that come and once for those that go. */
function alikeFor(old: Side, next: Side, key: string, to: PartyId): readonly Alike[] {
  const [was, is] = [old, next].map((side) => (side.pairs.has(key) ? side.agreement : undefined))
  const categories = new Set([...(was?.ceilings.keys() ?? []), ...(is?.ceilings.keys() ?? [])])
  const groups = groupsOf(was?.purposes ?? [], is?.purposes ?? []).filter(
    ({ purposes }) => purposes.length > 0,
  )
  return [...categories].sort(compareNames).flatMap((category) =>
    groups.map(({ purposes, isOld, isNew }) => ({
      category,
      purposes,
      before: isOld ? reach(old.rules, was, category, to) : null,
      after: isNew ? reach(next.rules, is, category, to) : null,
    })),
  )
}

function groupsOf(was: readonly string[], is: readonly string[]) {
  return [
    { purposes: was.filter((purpose) => is.includes(purpose)), isOld: true, isNew: true },
    { purposes: is.filter((purpose) => !was.includes(purpose)), isOld: false, isNew: true },
    { purposes: was.filter((purpose) => !is.includes(purpose)), isOld: true, isNew: false },
  ]
}

function reach(rules: Rules, agreement: Agreement | undefined, category: string, to: PartyId): Level | null {
  const ceiling = agreement?.ceilings.get(category)
  return ceiling === undefined ? null : lower(ceiling, rules.parties.get(to)?.accreditation ?? 0)
}

function passing(markings: readonly MarkingChange[], { before, after }: Pick<Change, 'before' | 'after'>) {
  const passed = (marking: MarkingChange) => isWithin(marking.before, before)
  const passes = (marking: MarkingChange) => isWithin(marking.after, after)
  return {
    opened: markings.filter((marking) => !passed(marking) && passes(marking)),
    closed: markings.filter((marking) => passed(marking) && !passes(marking)),
  }
}

function isWithin(level: Level | null, highest: Level | null): boolean {
  return level !== null && highest !== null && level <= highest
}
