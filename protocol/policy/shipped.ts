/** Answers for the markings, groups and clearances that come with the program, as data: markings.json says how far to trust them. */
import type { PartyId, Seconds } from '../names.ts'
import clearances from './clearances.json' with { type: 'json' }
import { caveatsOf, designatorSources, shippedDesignators } from './designators.ts'
import type { Group } from './group.ts'
import groups from './groups.json' with { type: 'json' }
import { type Level, levels } from './level.ts'
import markings from './markings.json' with { type: 'json' }
import { type Marking, type Scheme, scheme } from './scheme.ts'

interface DatedRow {
  readonly from?: string
  readonly until?: string
}

interface MarkingRow extends DatedRow {
  readonly forms: readonly string[]
  readonly languages: readonly string[]
  readonly low: number
  readonly high: number
  readonly abbreviations: readonly string[]
  readonly classification: boolean
  readonly verified: boolean
  readonly verification: string
  readonly source: readonly string[]
}

interface IssuerRow {
  readonly party: PartyId
  readonly alpha2?: string
  readonly aliases?: readonly string[]
  readonly markings: readonly MarkingRow[]
}

const issuerRows: readonly IssuerRow[] = markings.parties

/** One scheme for each issuer, in the order of their ids; each is as a registry would carry it. */
export function shippedSchemes(): readonly Scheme[] {
  const designators = shippedDesignators()
  const caveats = (issuer: PartyId) => {
    const own = designators.get(issuer)
    return own === undefined ? [] : caveatsOf(own)
  }
  return issuerRows
    .map(({ party, markings }) =>
      asRead({ issuer: party, markings: markings.map(markingOf), caveats: caveats(party) }),
    )
    .sort((a, b) => (a.issuer < b.issuer ? -1 : 1))
}

/** Spellings that several issuers use for different things or the same: worth nothing without an issuer. */
export const homographs: readonly { readonly marking: string; readonly issuers: readonly string[] }[] =
  markings.homographs

/** The sources that `source` names, of a marking or a designator. */
export const sources: Readonly<Record<string, { readonly title: string; readonly kind: string }>> = {
  ...markings.sources,
  ...designatorSources,
}

/** Other codes of parties: ISO 3166-1 alpha-2, and those that the European Union and NATO have in use. */
export function shippedCodes(): ReadonlyMap<string, PartyId> {
  return new Map(
    issuerRows.flatMap(({ party, alpha2, aliases = [] }) =>
      [...(alpha2 === undefined ? [] : [alpha2]), ...aliases].map((code) => [code, party] as const),
    ),
  )
}

/** The language of each form of an issuer as BCP 47 has it; `mul` where the form serves several. */
export function shippedLanguages(): ReadonlyMap<PartyId, ReadonlyMap<string, string>> {
  const languagesOf = ({ forms, languages }: MarkingRow) =>
    forms.map((form, i) => [form, languages[i] ?? 'und'] as const)
  return new Map(issuerRows.map(({ party, markings }) => [party, new Map(markings.flatMap(languagesOf))]))
}

export function shippedGroups(): readonly Group[] {
  const rows: readonly {
    readonly group: string
    readonly members: readonly (DatedRow & { readonly party: string })[]
  }[] = groups.groups
  return rows.map(({ group, members }) => ({
    id: group,
    members: members.map(({ party, ...dates }) => ({ party, ...inForce(dates) })),
  }))
}

/** A personnel clearance of a state or organisation: what it opens, for how long, and where that is known from. */
export interface ClearanceLevel {
  readonly code: string
  readonly name: string
  /** False: a check or a briefing that is no clearance. */
  readonly isClearance: boolean
  /** The highest level of regular access; `null` when it opens none. */
  readonly accessUpTo: Level | null
  readonly validityYears?: number
  readonly verified: boolean
  readonly source: readonly string[]
}

/** Party → its clearances, in the order of its own list. */
export function shippedClearances(): ReadonlyMap<string, readonly ClearanceLevel[]> {
  const rows: readonly ClearanceRows[] = clearances.parties
  return new Map(rows.map(({ party, levels }) => [party, levels.map(clearanceOf)]))
}

interface ClearanceRows {
  readonly party: string
  readonly levels: readonly {
    readonly code: string
    readonly name: string
    readonly isClearance: boolean
    readonly accessUpTo: number | null
    readonly validityYears?: number
    readonly access: { readonly verified: boolean; readonly source: readonly string[] }
  }[]
}

function clearanceOf({
  accessUpTo,
  access,
  validityYears,
  ...rest
}: ClearanceRows['levels'][number]): ClearanceLevel {
  return {
    code: rest.code,
    name: rest.name,
    isClearance: rest.isClearance,
    accessUpTo: accessUpTo === null ? null : levelFrom(accessUpTo),
    ...(validityYears !== undefined && { validityYears }),
    verified: access.verified,
    source: access.source,
  }
}

function markingOf(row: MarkingRow): Marking {
  const { forms, abbreviations, classification, verified, source } = row
  return {
    forms,
    low: levelFrom(row.low),
    high: levelFrom(row.high),
    ...inForce(row),
    abbreviations,
    classification,
    verified,
    verification: verificationFrom(row.verification),
    source,
  }
}

/** The file passes through the same door as a registry's bytes. */
function asRead(shipped: Scheme): Scheme {
  return scheme.read(scheme.write(shipped), `$.${shipped.issuer}`)
}

function inForce({ from, until }: DatedRow): { readonly from?: Seconds; readonly until?: Seconds } {
  return {
    ...(from !== undefined && { from: dayOf(from) }),
    ...(until !== undefined && { until: dayOf(until) }),
  }
}

function dayOf(date: string): Seconds {
  return Date.parse(`${date}T00:00:00Z`) / 1000
}

function levelFrom(number: number): Level {
  const found = levels.find((level) => level === number)
  if (found === undefined) throw new RangeError(`no level ${number}`)
  return found
}

function verificationFrom(kind: string): Marking['verification'] {
  switch (kind) {
    case 'primary':
    case 'treaty':
    case 'secondary':
    case 'recall':
      return kind
    default:
      throw new RangeError(`no verification ${kind}`)
  }
}
