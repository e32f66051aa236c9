/** Answers for a difference in words, so that who signs a registry reads what the signature opens and closes. */
import type { PartyId } from '../../../protocol/names.ts'
import { listed } from '../../../protocol/policy/finding.ts'
import { levelNames } from '../../../protocol/policy/level.ts'
import { closes, opens, type MomentChanges } from './diff.ts'
import type { ListChange } from './diff-lists.ts'
import type { MarkingChange } from './diff-markings.ts'
import type { Change } from './diff-transfers.ts'
import type { Pair } from '../registry-rules.ts'

export function momentLines({ transfers, terms }: MomentChanges): readonly string[] {
  const of = (effect: 'opens' | 'closes' | 'changes') =>
    terms.filter((term) => term.effect === effect).map((term) => `  ${term.of}: ${term.what}`)
  const opened = transfers.filter(opens).flatMap((change) => changeLines(change, change.opened))
  const closed = transfers.filter(closes).flatMap((change) => changeLines(change, change.closed))
  const lines = [
    ...under('opens', [...opened, ...of('opens')]),
    ...under('closes', [...closed, ...of('closes')]),
    ...under('changes', of('changes')),
  ]
  return lines.length === 0 ? ['opens and closes nothing'] : lines
}

/** `opens 31 directions, closes 2`. */
export function summary({ transfers }: MomentChanges): string {
  const directions = (changes: readonly Change[]) =>
    new Set(changes.flatMap(({ pairs }) => pairs.map((pair) => pair.join(' ')))).size.toLocaleString('en')
  return `something opens in ${directions(transfers.filter(opens))} directions, and closes in ${directions(transfers.filter(closes))}`
}

function under(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines]
}

function changeLines(change: Change, markings: readonly MarkingChange[]): readonly string[] {
  const { agreement, category, purposes, before, after, pairs } = change
  const inWords = (level: Change['before']) => (level === null ? 'nothing' : `up to ${levelNames[level]}`)
  const was = before === after ? '' : `, was ${inWords(before)}`
  return [
    `  ${agreement}: ${category} for ${listed(purposes)}: ${inWords(after)}${was}`,
    ...pairLines(pairs).map((line) => `    ${line}`),
    // What is opened or closed as a whole needs no list of what may be in it.
    ...(before === null || after === null ? [] : markingLines(markings)),
  ]
}

const markingsAtMost = 8

function markingLines(markings: readonly MarkingChange[]): readonly string[] {
  const rest = markings.length - markingsAtMost
  return [
    ...markings.slice(0, markingsAtMost).map(({ issuer, marking, before, after }) => {
      return `    ${issuer}:${marking} counts as ${after ?? 'nothing that passes'}, was ${before ?? 'nothing that passes'}`
    }),
    ...(rest > 0 ? [`    and ${rest} more markings`] : []),
  ]
}

const linesAtMost = 6

/** As few words as the pairs allow: among all of some, from some to others, or else sender by sender. */
export function pairLines(pairs: readonly Pair[]): readonly string[] {
  const from = [...new Set(pairs.map(([sender]) => sender))].sort()
  const to = [...new Set(pairs.map(([, receiver]) => receiver))].sort()
  const both = from.filter((party) => to.includes(party)).length
  const directions = pairs.length === 1 ? '' : ` (${pairs.length} directions)`
  if (pairs.length === from.length * to.length - both) {
    return from.join() === to.join()
      ? [`among ${listed(from)}${directions}`]
      : [`${listed(from)} to ${listed(to)}${directions}`]
  }
  const lines = [...groupedBySender(pairs)].map(([sender, receivers]) => `${sender} to ${listed(receivers)}`)
  const rest = lines.length - linesAtMost
  return [
    ...lines.slice(0, linesAtMost),
    ...(rest > 0 ? [`and ${rest} more senders`] : []),
    ...(rest > 0 ? [`${pairs.length} directions`] : []),
  ]
}

function groupedBySender(pairs: readonly Pair[]): ReadonlyMap<PartyId, readonly PartyId[]> {
  const found = new Map<PartyId, PartyId[]>()
  for (const [from, to] of pairs) found.set(from, [...(found.get(from) ?? []), to])
  return found
}

export function listLine({ kind, added, removed, changed }: ListChange): string {
  const parts = [
    added.length === 0 ? '' : `${added.length} added (${listed(added)})`,
    removed.length === 0 ? '' : `${removed.length} removed (${listed(removed)})`,
    changed.length === 0 ? '' : `${changed.length} changed (${listed(changed)})`,
  ]
  return `${kind}: ${parts.filter(Boolean).join('; ')}`
}
