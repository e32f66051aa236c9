/** Answers for the order of restrictions: which of two is the stricter, and what binds when information is put together. */
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import { levelOf } from './equivalence.ts'
import type { Level } from './level.ts'
import { markingAt, type Rules, standsFor } from './rules.ts'

/** A label with its names resolved, so that labels of different issuers and days can be compared. */
export interface Restriction {
  readonly level: Level
  readonly compartments: ReadonlySet<string>
  /** Everybody, or these and no others; the empty set is nobody. */
  readonly audience: 'unrestricted' | ReadonlySet<PartyId>
  readonly caveats: ReadonlySet<string>
  /** `Infinity`: no end. */
  readonly retainUntil: Seconds
}

export const unrestricted: Restriction = {
  level: 0,
  compartments: new Set(),
  audience: 'unrestricted',
  caveats: new Set(),
  retainUntil: Infinity,
}

/** `undefined` when the marking is not known: it has no place in the order. */
export function restrictionOf(label: Label, rules: Rules): Restriction | undefined {
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  if (marking === undefined) return undefined
  const own = (names: readonly string[]) => new Set(names.map((name) => `${label.policy}/${name}`))
  return {
    level: levelOf(marking, undefined),
    compartments: own(label.compartments),
    audience: audienceOf(label, rules),
    caveats: own(label.caveats),
    retainUntil: label.retainUntil ?? Infinity,
  }
}

function audienceOf({ releasability, at }: Label, rules: Rules): Restriction['audience'] {
  if (releasability === 'unrestricted') return releasability
  const isMeant = (party: PartyId) => releasability.some((name) => standsFor(rules, name, party, at))
  return new Set([...rules.knownNames].filter(isMeant))
}

/** Whether `a` is at least as strict as `b` in every respect. */
export function dominates(a: Restriction, b: Restriction): boolean {
  return (
    a.level >= b.level &&
    isSubset(b.compartments, a.compartments) &&
    isNarrower(a.audience, b.audience) &&
    isSubset(b.caveats, a.caveats) &&
    a.retainUntil <= b.retainUntil
  )
}

function isNarrower(a: Restriction['audience'], b: Restriction['audience']): boolean {
  return b === 'unrestricted' || (a !== 'unrestricted' && isSubset(a, b))
}

/** The least that is at least as strict as both: what binds a collection of the two. */
export function join(a: Restriction, b: Restriction): Restriction {
  return {
    level: a.level > b.level ? a.level : b.level,
    compartments: union(a.compartments, b.compartments),
    audience: common(a.audience, b.audience),
    caveats: union(a.caveats, b.caveats),
    retainUntil: Math.min(a.retainUntil, b.retainUntil),
  }
}

/** The most that both are at least as strict as. */
export function meet(a: Restriction, b: Restriction): Restriction {
  return {
    level: a.level < b.level ? a.level : b.level,
    compartments: intersection(a.compartments, b.compartments),
    audience: either(a.audience, b.audience),
    caveats: intersection(a.caveats, b.caveats),
    retainUntil: Math.max(a.retainUntil, b.retainUntil),
  }
}

function common(a: Restriction['audience'], b: Restriction['audience']): Restriction['audience'] {
  if (a === 'unrestricted') return b
  return b === 'unrestricted' ? a : intersection(a, b)
}

function either(a: Restriction['audience'], b: Restriction['audience']): Restriction['audience'] {
  return a === 'unrestricted' || b === 'unrestricted' ? 'unrestricted' : union(a, b)
}

type Names = ReadonlySet<string>

function isSubset(a: Names, b: Names): boolean {
  return [...a].every((name) => b.has(name))
}

function union(a: Names, b: Names): Names {
  return new Set([...a, ...b])
}

function intersection(a: Names, b: Names): Names {
  return new Set([...a].filter((name) => b.has(name)))
}
