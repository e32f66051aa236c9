/** Answers for the words that stand beside a marking, as data that comes with the program: compartments and caveats by issuer. */
import type { PartyId } from '../names.ts'
import shipped from './designators.json' with { type: 'json' }
import type { Caveat } from './scheme.ts'

export interface Designator {
  /** As a label has it. */
  readonly name: string
  /** `refused`: known, and nothing that a label can say. */
  readonly kind: 'compartment' | 'caveat' | 'refused'
  /** What the caveat asks; absent for the others. */
  readonly rule?: Caveat['rule']
  readonly parties: readonly PartyId[]
  /** The first is printed in a banner. */
  readonly forms: readonly string[]
  /** The first is printed in a portion mark. */
  readonly abbreviations: readonly string[]
  readonly verified: boolean
  readonly source: readonly string[]
}

/** A spelling that stands for several: a marking with its compartments, or several caveats. */
export interface Combination {
  readonly written: readonly string[]
  /** The first form of the marking. */
  readonly marking?: string
  readonly designators: readonly string[]
}

export interface Designators {
  readonly designators: readonly Designator[]
  readonly combinations: readonly Combination[]
}

/** By issuer; an issuer that is absent has none that come with the program. */
export function shippedDesignators(): ReadonlyMap<PartyId, Designators> {
  const rows: readonly IssuerRow[] = shipped.issuers
  return new Map(
    rows.map(({ issuer, designators, combinations }) => [
      issuer,
      { designators: designators.map(designatorOf), combinations },
    ]),
  )
}

/** The sources that only designators name. */
export const designatorSources: Readonly<Record<string, { readonly title: string; readonly kind: string }>> =
  shipped.sources

/** What a scheme carries of them: compartments are no part of it, since parties hold them or do not. */
export function caveatsOf({ designators }: Designators): readonly Caveat[] {
  return designators.flatMap(({ name, rule, parties }) =>
    rule === undefined ? [] : [{ name, rule, parties, purposes: [] }],
  )
}

interface DesignatorRow extends Omit<Designator, 'kind' | 'rule' | 'parties'> {
  readonly kind: string
  readonly rule?: string
  readonly parties?: readonly PartyId[]
}

interface IssuerRow {
  readonly issuer: PartyId
  readonly designators: readonly DesignatorRow[]
  readonly combinations: readonly Combination[]
}

function designatorOf({ kind, rule, parties = [], ...rest }: DesignatorRow): Designator {
  return {
    name: rest.name,
    forms: rest.forms,
    abbreviations: rest.abbreviations,
    verified: rest.verified,
    source: rest.source,
    parties,
    kind: kindFrom(kind),
    ...(rule !== undefined && { rule: ruleFrom(rule) }),
  }
}

function kindFrom(kind: string): Designator['kind'] {
  if (kind === 'compartment' || kind === 'caveat' || kind === 'refused') return kind
  throw new RangeError(`no kind ${kind}`)
}

function ruleFrom(rule: string): Caveat['rule'] {
  switch (rule) {
    case 'handling':
    case 'originator-sends':
    case 'only-parties':
    case 'only-purposes':
      return rule
    default:
      throw new RangeError(`no rule ${rule}`)
  }
}
