/** Answers for the rules that decisions are made by, indexed so that a decision costs the same however many there are. */
import { Rejected } from '../errors.ts'
import { compareNames, type PartyId, type Seconds } from '../names.ts'
import type { Agreement } from './agreement.ts'
import { type Group, isMember } from './group.ts'
import type { Question } from './facts.ts'
import { type Finding, none } from './finding.ts'
import type { Level } from './level.ts'
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
  readonly suspensions?: readonly Suspension[]
  readonly modules?: readonly Module[]
}

/** A party's own suspension of an agreement of its, between two versions of the registry. In force when from ≤ t < until. */
export interface Suspension {
  readonly agreement: string
  readonly by: PartyId
  readonly from: Seconds
  readonly until?: Seconds
}

/** A party's own restrictions, in a language that something outside the kernel evaluates. */
export interface Module {
  readonly party: PartyId
  readonly policies: string
}

/** Makes a module ready to be asked. It may count on every name of the sources, and on no other. */
export type Evaluator = (module: Module, sources: RuleSources) => Restriction

/** What a module finds against a transfer to or from its party: subjects that name the rule. It can forbid and nothing else. */
export type Restriction = (asked: Asked) => Verdict

export interface Asked {
  readonly question: Question
  readonly rules: Rules
  readonly marking: Marking | undefined
  readonly level: Level | undefined
  readonly at: Seconds
}

/** `forbidden`: one finding for each rule that forbids. `failed`: why it could not be told, which denies as well. */
export interface Verdict {
  readonly forbidden: readonly Finding[]
  readonly failed?: string
}

export interface Rules {
  readonly parties: ReadonlyMap<PartyId, IndexedStanding>
  readonly groups: ReadonlyMap<PartyId, Group>
  readonly schemes: ReadonlyMap<PartyId, IndexedScheme>
  readonly agreements: ReadonlyMap<string, Agreement>
  /** The agreements by the names of one side and the other, as `pairOf` joins them, in each direction they are for. */
  readonly agreementsOf: ReadonlyMap<string, readonly Agreement[]>
  readonly groupsOf: ReadonlyMap<PartyId, readonly Group[]>
  readonly suspensions: ReadonlyMap<string, readonly Suspension[]>
  readonly modules: ReadonlyMap<PartyId, Restriction>
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

/** Where nothing evaluates modules, what they would be asked about is denied. */
const unevaluated: Evaluator = () => () => ({ forbidden: none, failed: 'not evaluated here' })

/** Throws `malformed-structure` when two of a kind have one id: there is no telling which of them would bind. */
export function rulesFrom(sources: RuleSources, evaluator: Evaluator = unevaluated): Rules {
  const { parties, groups, schemes, agreements, suspensions = [], modules = [] } = sources
  return {
    parties: unique(parties.map((party) => [party.id, indexedStanding(party)])),
    groups: unique(groups.map((group) => [group.id, group])),
    schemes: unique(schemes.map((scheme) => [scheme.issuer, indexedScheme(scheme)])),
    agreements: unique(agreements.map((agreement) => [agreement.id, agreement])),
    agreementsOf: groupBy(agreements, pairsOf),
    groupsOf: groupBy(groups, ({ members }) => members.map(({ party }) => party)),
    suspensions: groupBy(suspensions, ({ agreement }) => [agreement]),
    modules: unique(modules.map((module) => [module.party, evaluator(module, sources)])),
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
  for (const name of names) if (standsFor(rules, name, party, at)) return true
  return false
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

/** In the order of their ids, the agreements between the two in this direction on this day; whether they allow it is `decide`’s. */
export function agreementsBetween(
  rules: Rules,
  from: PartyId,
  to: PartyId,
  at: Seconds,
): readonly Agreement[] {
  const receivers = namesFor(rules, to, at)
  const found = namesFor(rules, from, at).flatMap((sender) =>
    receivers.flatMap((receiver) => rules.agreementsOf.get(pairOf(sender, receiver)) ?? []),
  )
  return [...new Set(found)].sort((a, b) => compareNames(a.id, b.id))
}

/** Every name that stands for the party at `at`. */
function namesFor(rules: Rules, party: PartyId, at: Seconds): readonly PartyId[] {
  const groups = (rules.groupsOf.get(party) ?? []).filter((group) => isMember(group, party, at))
  return [...(rules.groups.has(party) ? [] : [party]), ...groups.map(({ id }) => id)]
}

function pairOf(from: PartyId, to: PartyId): string {
  return `${from} ${to}`
}

function pairsOf({ first, second, direction }: Agreement): readonly string[] {
  const forward = first.flatMap((from) => second.map((to) => pairOf(from, to)))
  if (direction === 'first-to-second') return forward
  return [...forward, ...second.flatMap((from) => first.map((to) => pairOf(from, to)))]
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
