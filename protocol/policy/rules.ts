/** Answers for the rules that decisions are made by, indexed so that a decision costs the same however many there are. */
import { Rejected } from '../errors.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Agreement } from './agreement.ts'
import { type Group, isMember } from './group.ts'
import { type Caveat, isInForce, type Marking, type Scheme } from './scheme.ts'

/** What the policy needs to know of a party. Compartments are written `ISSUER/NAME`. */
export interface Standing {
  readonly id: PartyId
  readonly accreditation: number
  readonly compartments: readonly string[]
}

export interface RuleSources {
  readonly parties: readonly Standing[]
  readonly groups: readonly Group[]
  readonly schemes: readonly Scheme[]
  readonly agreements: readonly Agreement[]
}

export interface Rules {
  readonly parties: ReadonlyMap<PartyId, IndexedStanding>
  readonly groups: ReadonlyMap<PartyId, Group>
  readonly schemes: ReadonlyMap<PartyId, IndexedScheme>
  readonly agreements: ReadonlyMap<string, Agreement>
  /** The agreements that name a party or a group on either side. */
  readonly agreementsNaming: ReadonlyMap<PartyId, readonly Agreement[]>
  /** Every id that stands for somebody: parties, groups and their members, issuers. */
  readonly knownNames: ReadonlySet<PartyId>
}

export interface IndexedStanding {
  readonly accreditation: number
  readonly compartments: ReadonlySet<string>
}

export interface IndexedScheme {
  readonly scheme: Scheme
  /** All markings that were ever spelled so: `at` tells them apart. */
  readonly markings: ReadonlyMap<string, readonly Marking[]>
  readonly caveats: ReadonlyMap<string, Caveat>
}

/** Throws `malformed-structure` when two of a kind have one id: there is no telling which of them would bind. */
export function rulesFrom({ parties, groups, schemes, agreements }: RuleSources): Rules {
  return {
    parties: unique(parties.map((party) => [party.id, indexedStanding(party)])),
    groups: unique(groups.map((group) => [group.id, group])),
    schemes: unique(schemes.map((scheme) => [scheme.issuer, indexedScheme(scheme)])),
    agreements: unique(agreements.map((agreement) => [agreement.id, agreement])),
    agreementsNaming: groupBy(agreements, ({ first, second }) => [...first, ...second]),
    knownNames: new Set([
      ...parties.map(({ id }) => id),
      ...groups.flatMap(({ id, members }) => [id, ...members.map(({ party }) => party)]),
      ...schemes.map(({ issuer }) => issuer),
    ]),
  }
}

function indexedStanding({ accreditation, compartments }: Standing): IndexedStanding {
  return { accreditation, compartments: new Set(compartments) }
}

function indexedScheme(scheme: Scheme): IndexedScheme {
  return {
    scheme,
    markings: groupBy(scheme.markings, ({ forms }) => forms),
    caveats: unique(scheme.caveats.map((caveat) => [caveat.name, caveat])),
  }
}

function unique<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const index = new Map(entries)
  if (index.size === entries.length) return index
  const twice = entries.find(([id], i) => entries.findIndex(([other]) => other === id) !== i)
  throw new Rejected('malformed-structure', `two rules with the id ${twice?.[0] ?? ''}`)
}

function groupBy<T>(
  items: readonly T[],
  keysOf: (item: T) => readonly string[],
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>()
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      const earlier = found.get(key)
      if (earlier === undefined) found.set(key, [item])
      else earlier.push(item)
    }
  }
  return found
}

/**
 * Whether a name in a set of parties and groups stands for the party. A name that a group bears is the group's: an
 * organisation that is to receive under it must be among its members.
 */
export function standsFor(rules: Rules, name: PartyId, party: PartyId, at: Seconds): boolean {
  const group = rules.groups.get(name)
  return group === undefined ? name === party : isMember(group, party, at)
}

export function includes(rules: Rules, names: readonly PartyId[], party: PartyId, at: Seconds): boolean {
  return names.some((name) => standsFor(rules, name, party, at))
}

/** Whether the agreement is between the two, in this direction, on this day. */
export function isBetween(
  rules: Rules,
  agreement: Agreement,
  from: PartyId,
  to: PartyId,
  at: Seconds,
): boolean {
  const { first, second, direction } = agreement
  const forward = includes(rules, first, from, at) && includes(rules, second, to, at)
  return (
    forward || (direction === 'both' && includes(rules, second, from, at) && includes(rules, first, to, at))
  )
}

/** The ids of the agreements that are between the two, in the order of their ids; whether they allow it is `decide`’s. */
export function agreementsBetween(rules: Rules, from: PartyId, to: PartyId, at: Seconds): readonly string[] {
  const names = [
    from,
    ...[...rules.groups.values()].filter((group) => isMember(group, from, at)).map(({ id }) => id),
  ]
  const named = new Set(names.flatMap((name) => rules.agreementsNaming.get(name) ?? []))
  return [...named]
    .filter((agreement) => isBetween(rules, agreement, from, to, at))
    .map(({ id }) => id)
    .sort()
}

/**
 * The marking as it stood at `at`, or `undefined` when the issuer had none of that spelling then. Where a scheme gives
 * one spelling two values on one day, the higher binds.
 */
export function markingAt({ markings }: IndexedScheme, form: string, at: Seconds): Marking | undefined {
  let highest: Marking | undefined
  for (const marking of markings.get(form) ?? []) {
    if (isInForce(marking, at) && (highest === undefined || marking.high > highest.high)) highest = marking
  }
  return highest
}
