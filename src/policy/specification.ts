/**
 * Answers for what must hold of a permitted transfer, read from the registry document itself: no function of the kernel is
 * used, so that an error there is not repeated here. `brokenClause` goes by one clause after another.
 */
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { Caveat, Marking } from '../../protocol/policy/scheme.ts'
import type { Party, RegistryDocument } from '../../protocol/registry.ts'

/** A registry on one day, and labels of that day. */
export interface Reading {
  readonly at: Seconds
  readonly parties: ReadonlyMap<PartyId, Party>
  readonly agreements: ReadonlyMap<string, Agreement>
  /** Group → its members of the day. */
  readonly members: ReadonlyMap<PartyId, ReadonlySet<PartyId>>
  /** Issuer, marking → what it may mean on the day. */
  readonly markings: ReadonlyMap<string, readonly Marking[]>
  readonly caveats: ReadonlyMap<string, Caveat>
}

export function readingOf({ parties, agreements, groups, schemes }: RegistryDocument, at: Seconds): Reading {
  const markings = new Map<string, Marking[]>()
  for (const { issuer, markings: all } of schemes)
    for (const marking of all.filter((each) => isOn(each, at)))
      for (const form of marking.forms)
        markings.set(`${issuer}:${form}`, [...(markings.get(`${issuer}:${form}`) ?? []), marking])
  return {
    at,
    parties: new Map(parties.map((party) => [party.id, party])),
    agreements: new Map(agreements.map((agreement) => [agreement.id, agreement])),
    members: new Map(
      groups.map(({ id, members }) => [
        id,
        new Set(members.filter((each) => isOn(each, at)).map(({ party }) => party)),
      ]),
    ),
    markings,
    caveats: new Map(
      schemes.flatMap(({ issuer, caveats }) => caveats.map((each) => [`${issuer}:${each.name}`, each])),
    ),
  }
}

function isOn({ from, until }: { readonly from?: Seconds; readonly until?: Seconds }, at: Seconds): boolean {
  return !(from !== undefined && at < from) && !(until !== undefined && at >= until)
}

interface Told {
  readonly reading: Reading
  readonly question: Question
  readonly agreement: Agreement
  readonly level: number
}

const clauses: readonly (readonly [clause: string, holds: (told: Told) => boolean])[] = [
  [
    'both are parties of the registry',
    ({ reading: { parties }, question: { from, to } }) => parties.has(from) && parties.has(to),
  ],
  ['the agreement is in its term and state', ({ reading: { at }, agreement }) => isInForceAt(agreement, at)],
  [
    'the agreement is from the sender to the receiver',
    ({ reading, agreement, question: { from, to } }) => isFromTo(reading, agreement, from, to),
  ],
  [
    'the purpose is agreed',
    ({ agreement, question: { purpose } }) => agreement.purposes.indexOf(purpose) >= 0,
  ],
  [
    'the level is within the ceiling of the category',
    ({ agreement, question, level }) => level <= (agreement.ceilings.get(question.category) ?? -1),
  ],
  [
    'no read-up: the receiver is accredited to the level',
    ({ reading, question, level }) => level <= (reading.parties.get(question.to)?.accreditation ?? -1),
  ],
  [
    'no read-up: the reader is cleared to the level',
    ({ question: { reader }, level }) => level <= (reader?.clearance ?? 4),
  ],
  [
    'the receiver is among those it is released to',
    ({ reading, question: { label, to } }) =>
      label.releasability === 'unrestricted' || label.releasability.some((name) => means(reading, name, to)),
  ],
  [
    'the receiver holds every compartment',
    ({ reading, question: { label, to } }) =>
      label.compartments.every((name) =>
        reading.parties.get(to)?.compartments.includes(`${label.policy}/${name}`),
      ),
  ],
  [
    'every caveat is known and met',
    ({ reading, question }) => question.label.caveats.every((name) => isMet(reading, question, name)),
  ],
  ['what must be stated is stated', isStated],
]

/** The first clause that stands against the transfer; `undefined` where it is to be permitted. */
export function brokenClause(reading: Reading, question: Question): string | undefined {
  const agreement = reading.agreements.get(question.agreement)
  if (agreement === undefined) return 'there is such an agreement'
  const level = levelUnder(reading, agreement, question)
  if (level === undefined) return 'the marking is known, in force and covered'
  const told = { reading, question, agreement, level }
  for (const [clause, holds] of clauses) if (!holds(told)) return clause
  return undefined
}

/** The worst that the marking can mean: a row settles it, but never below the issuer’s own bound; a count may raise it. */
export function levelUnder(
  reading: Reading,
  agreement: Agreement,
  { label, category, counted }: Question,
): number | undefined {
  const meanings = reading.markings.get(`${label.policy}:${label.marking}`) ?? []
  const own = meanings.toSorted((a, b) => b.high - a.high)[0]
  if (own === undefined) return undefined
  const rows = agreement.table.filter(({ issuer }) => issuer === label.policy)
  const row = rows.find(({ marking }) => own.forms.includes(marking))
  if (rows.length > 0 && row === undefined) return undefined
  const raised = (agreement.aggregation ?? []).flatMap((limit, i) => {
    const which = counted?.[i] === undefined ? Infinity : counted[i] + 1
    return limit.category === category && which >= limit.count ? [limit.level] : []
  })
  return Math.max(own.low, row?.level ?? own.high, ...raised)
}

/** Spelled out here, and not read from the kernel’s table. */
const open = ['provisional', 'in-force', 'notice-given', 'notice-suspended']

export function isInForceAt({ from, until, timeline }: Agreement, at: Seconds): boolean {
  let state = 'none'
  for (const change of timeline) if (change.at <= at) state = change.state
  return open.includes(state) && isOn({ from, ...(until !== undefined && { until }) }, at)
}

export function isFromTo(reading: Reading, agreement: Agreement, from: PartyId, to: PartyId): boolean {
  const { first, second, direction } = agreement
  const among = (names: readonly PartyId[], party: PartyId) =>
    names.some((name) => means(reading, name, party))
  if (among(first, from) && among(second, to)) return true
  return direction === 'both' && among(second, from) && among(first, to)
}

/** A group’s name is its members’, and nobody else’s. */
export function means({ members }: Reading, name: PartyId, party: PartyId): boolean {
  return members.get(name)?.has(party) ?? name === party
}

function isMet(reading: Reading, { label, from, to, purpose }: Question, name: string): boolean {
  const caveat = reading.caveats.get(`${label.policy}:${name}`)
  if (caveat === undefined) return false
  const { rule, parties, purposes } = caveat
  if (rule === 'only-parties') return parties.some((party) => means(reading, party, to))
  if (rule === 'only-purposes') return purposes.includes(purpose)
  return rule === 'handling' || (label.originator ?? from) === from
}

function isStated({
  reading,
  agreement,
  question: { needToKnow, legalBasis, reader, label },
}: Told): boolean {
  const { legalBases, nationals, retention } = agreement
  if (agreement.needToKnow === true && needToKnow === undefined) return false
  if (legalBases !== undefined && !legalBases.some((basis) => basis === legalBasis)) return false
  if (
    retention !== undefined &&
    !(label.retainUntil !== undefined && label.retainUntil - reading.at <= retention)
  )
    return false
  if (nationals === undefined) return true
  return (
    reader?.nationalities.every((nation) => nationals.some((name) => means(reading, name, nation))) === true
  )
}
