/** Answers for a state as Cedar sees it: its parties, marking and agreements as entities, its question as the context. */
import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Group } from '../../protocol/policy/group.ts'
import { isInForce, type Marking } from '../../protocol/policy/scheme.ts'
import type { RandomState } from './random-states.ts'

type Attributes = Record<string, CedarValueJson>

export interface CedarState {
  readonly entities: readonly EntityJson[]
  /** For what is asked of one nationality, or of one agreement. */
  readonly nation: (id: PartyId) => EntityJson
  readonly candidate: (agreement: Agreement) => EntityJson
  readonly context: Attributes
}

export function reference(type: string, id: string): CedarValueJson {
  return { __entity: { type, id } }
}

/** A set of names as they stand now, or as they stood then. */
function named(type: 'NameNow' | 'NameThen', names: readonly PartyId[]): CedarValueJson {
  return names.map((name) => reference(type, name))
}

/** The members that are there. */
function present(members: Readonly<Record<string, CedarValueJson | undefined>>): Attributes {
  const entries = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return Object.fromEntries(entries) as Attributes
}

export function cedarState({ question, sources, verdicts }: RandomState, at: Seconds): CedarState {
  const { from, to, label, reader, needToKnow, legalBasis, purpose, category, counted } = question
  const scheme = sources.schemes.find(({ issuer }) => issuer === label.policy)
  const marking = scheme?.markings.find(({ forms }) => forms.includes(label.marking))
  const agreement = sources.agreements.find(({ id }) => id === question.agreement)
  const limit = agreement?.aggregation?.findIndex((each) => each.category === category) ?? -1
  const { count, level } = agreement?.aggregation?.[limit] ?? {}
  const asked = [...new Set([from, to])].flatMap((party) => verdicts.get(party) ?? [])
  const { releasability } = label
  const isOpen = releasability === 'unrestricted'
  const people = [from, to, ...(label.originator === undefined ? [] : [label.originator])]
  const known = knownNames(sources)
  const partyOf = (id: PartyId) => partyEntity(id, sources, known, label.at, at)
  return {
    nation: partyOf,
    candidate: (each) => agreementEntity(each, sources),
    entities: [
      ...[...new Set(people)].map(partyOf),
      ...(agreement === undefined ? [] : [agreementEntity(agreement, sources)]),
      ...(marking === undefined ? [] : [markingEntity(marking, label.policy, sources.agreements)]),
      ...(scheme === undefined
        ? []
        : [
            {
              uid: { type: 'Scheme', id: scheme.issuer },
              attrs: {
                markings: scheme.markings.flatMap(({ forms }) => forms),
                caveats: scheme.caveats.map(({ name }) => name),
                someParties: named(
                  'NameThen',
                  scheme.caveats.find(({ name }) => name === 'SOME')?.parties ?? [],
                ),
                whyPurposes: [...(scheme.caveats.find(({ name }) => name === 'WHY')?.purposes ?? [])],
              },
              parents: [],
            },
          ]),
    ],
    context: present({
      at,
      label: present({
        policy: label.policy,
        marking: label.marking,
        at: label.at,
        unrestricted: isOpen,
        releasedTo: named('NameThen', isOpen ? [] : releasability),
        names: isOpen ? [] : [...releasability],
        compartments: label.compartments.map((name) => `${label.policy}/${name}`),
        caveats: [...label.caveats],
        retainUntil: label.retainUntil,
        originator: label.originator === undefined ? undefined : reference('Party', label.originator),
      }),
      purpose,
      category,
      known: [...known],
      scheme: scheme && reference('Scheme', scheme.issuer),
      marking: marking && reference('Marking', marking.forms[0] ?? ''),
      agreement: agreement && reference('Agreement', agreement.id),
      limit: count === undefined || level === undefined ? undefined : { count, level },
      before: counted?.[limit],
      reader: reader && {
        clearance: reader.clearance,
        nationalities: reader.nationalities.map((nation) => reference('Party', nation)),
      },
      needToKnow,
      legalBasis,
      forbidden: asked.some(({ forbidden }) => forbidden.length > 0),
      failed: asked.some(({ failed }) => failed !== undefined),
    }),
  }
}

type Sources = RandomState['sources']

function knownNames({ parties, groups, schemes }: Sources): ReadonlySet<PartyId> {
  const members = groups.flatMap((group) => group.members.map(({ party }) => party))
  return new Set([
    ...[...parties, ...groups].map(({ id }) => id),
    ...members,
    ...schemes.map(({ issuer }) => issuer),
  ])
}

function partyEntity(
  id: PartyId,
  { parties, groups }: Sources,
  known: ReadonlySet<PartyId>,
  labelled: Seconds,
  at: Seconds,
): EntityJson {
  const party = parties.find((each) => each.id === id)
  return {
    uid: { type: 'Party', id },
    attrs: present({
      listed: party !== undefined,
      known: known.has(id),
      accreditation: party?.accreditation,
      compartments: [...(party?.compartments ?? [])],
    }),
    parents: [
      ...namesOf(id, groups, at).map((name) => ({ type: 'NameNow', id: name })),
      ...namesOf(id, groups, labelled).map((name) => ({ type: 'NameThen', id: name })),
    ],
  }
}

/** Its own name, unless a group bears it, and those of the groups it is in on the day. */
function namesOf(id: PartyId, groups: readonly Group[], day: Seconds): readonly PartyId[] {
  const isIn = ({ members }: Group) => members.some((each) => each.party === id && isInForce(each, day))
  const own = groups.some((group) => group.id === id) ? [] : [id]
  return [...own, ...groups.filter(isIn).map((group) => group.id)]
}

function markingEntity(own: Marking, issuer: PartyId, agreements: readonly Agreement[]): EntityJson {
  const levels = agreements.flatMap(({ id, table }) => {
    const row = table.find((each) => each.issuer === issuer && own.forms.includes(each.marking))
    return row === undefined ? [] : [[id, row.level]]
  })
  return {
    uid: { type: 'Marking', id: own.forms[0] ?? '' },
    attrs: present({ low: own.low, high: own.high, from: own.from, until: own.until }),
    parents: [],
    tags: Object.fromEntries(levels) as Attributes,
  }
}

function agreementEntity(terms: Agreement, { suspensions = [] }: Sources): EntityJson {
  const [first, next] = terms.timeline
  const suspension = suspensions.find(({ agreement }) => agreement === terms.id)
  return {
    uid: { type: 'Agreement', id: terms.id },
    attrs: present({
      name: terms.id,
      first: named('NameNow', terms.first),
      second: named('NameNow', terms.second),
      bothWays: terms.direction === 'both',
      purposes: [...terms.purposes],
      from: terms.from,
      until: terms.until,
      firstAt: first?.at,
      firstState: first?.state,
      nextAt: next?.at,
      nextState: next?.state,
      suspendedFrom: suspension?.from,
      suspendedUntil: suspension?.until,
      tableOf: terms.table.map(({ issuer }) => issuer),
      legalBases: terms.legalBases && [...terms.legalBases],
      needToKnow: terms.needToKnow === true,
      retention: terms.retention,
      nationals: terms.nationals && named('NameNow', terms.nationals),
      onwardNow: named('NameNow', terms.onward ?? []),
      onwardThen: named('NameThen', terms.onward ?? []),
    }),
    parents: [],
    tags: Object.fromEntries(terms.ceilings),
  }
}
