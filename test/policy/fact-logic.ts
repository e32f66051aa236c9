/** Answers for the logic of one state: what is true of its registry and its question, looked up and reckoned out. */
import { meaningOf, stateAt } from '../../protocol/policy/agreement.ts'
import type { Seconds } from '../../protocol/names.ts'
import { isInForce } from '../../protocol/policy/scheme.ts'
import type { Logic } from './formula.ts'
import type { RandomState } from './random-states.ts'

type Of<V> = (...things: readonly string[]) => V

/** The state as tables: numbers, properties, and the things that have a property after others. */
interface Tables {
  readonly numbers: Readonly<Record<string, Of<number | undefined>>>
  readonly facts: Readonly<Record<string, Of<boolean>>>
  readonly lists: Readonly<Record<string, Of<readonly string[]>>>
}

export function factLogic(state: RandomState, at: Seconds): Logic<boolean, number, string> {
  const { question, sources } = state
  const { numbers, facts, lists } = tablesOf(state, at)
  const { from, to, purpose, agreement, label, legalBasis } = question
  const things = new Map(
    Object.entries({ from, to, purpose, agreement, originator: label.originator, 'legal basis': legalBasis }),
  )
  const present = <V>(value: V | undefined, what: string): V => {
    if (value === undefined) throw new Error(`there is no ${what}`)
    return value
  }
  const listed = (property: string, of: readonly string[]) => lists[property]?.(...of)
  return {
    and: (...all) => all.every(Boolean),
    or: (...any) => any.some(Boolean),
    not: (claim) => !claim,
    // What is missing is compared with nothing: another part of the formula asks whether it is there.
    less: (a, b) => a < b,
    plus: (a, b) => a + b,
    constant: (value) => value,
    same: (a, b) => a === b,
    thing: (name) => things.get(name) ?? '',
    number: (name, ...of) => present(numbers[name], name)(...of) ?? NaN,
    is: (property, ...of) => {
      const last = of.at(-1)
      if (facts[property]) return facts[property](...of)
      return last !== undefined && present(listed(property, of.slice(0, -1)), property).includes(last)
    },
    some: (property, of, claim) => present(listed(property, of), property).some(claim),
    member: (id, party, time) =>
      sources.groups
        .filter((group) => group.id === id)
        .some(({ members }) => members.some((each) => each.party === party && isInForce(each, time))),
  }
}

function tablesOf({ question, sources, verdicts }: RandomState, at: Seconds): Tables {
  const { label, reader, counted, category } = question
  const byId = new Map(sources.agreements.map((each) => [each.id, each]))
  const agreementOf = (id = '') => byId.get(id)
  const partyOf = (id = '') => sources.parties.find((each) => each.id === id)
  const scheme = sources.schemes.find(({ issuer }) => issuer === label.policy)
  const spelled = scheme?.markings.filter(({ forms }) => forms.includes(label.marking)) ?? []
  const marking = spelled.find((each) => isInForce(each, label.at))
  const caveatOf = (name = '') => scheme?.caveats.find((each) => each.name === name)
  const rowOf = (id = '') =>
    agreementOf(id)?.table.find((row) => row.issuer === label.policy && marking?.forms.includes(row.marking))
  const suspensions = sources.suspensions ?? []
  const limitOf = (index = '') => agreementOf(question.agreement)?.aggregation?.[Number(index)]
  const stateOf = (id = '') => {
    const agreement = agreementOf(id)
    return agreement && meaningOf(stateAt(agreement, at))
  }
  const asked = [...new Set([question.from, question.to])].flatMap((party) => verdicts.get(party) ?? [])
  const members = sources.groups.flatMap((group) => group.members.map(({ party }) => party))
  return {
    numbers: {
      at: () => at,
      'label.at': () => label.at,
      'retain until': () => label.retainUntil,
      low: () => marking?.low,
      high: () => marking?.high,
      clearance: () => reader?.clearance,
      accreditation: (id) => partyOf(id)?.accreditation,
      begin: (id) => agreementOf(id)?.from,
      end: (id) => agreementOf(id)?.until,
      ceiling: (id) => agreementOf(id)?.ceilings.get(category),
      retention: (id) => agreementOf(id)?.retention,
      'row level': (id) => rowOf(id)?.level,
      'raised to': (index) => limitOf(index)?.level,
      count: (index) => limitOf(index)?.count,
      before: (index) => counted?.[Number(index)],
      'suspended from': (index) => suspensions[Number(index)]?.from,
      'suspended until': (index) => suspensions[Number(index)]?.until,
    },
    facts: {
      scheme: () => scheme !== undefined,
      spelled: () => spelled.length > 0,
      marking: () => marking !== undefined,
      unrestricted: () => label.releasability === 'unrestricted',
      'retains until': () => label.retainUntil !== undefined,
      'has originator': () => label.originator !== undefined,
      reader: () => reader !== undefined,
      'need-to-know': () => question.needToKnow !== undefined,
      'legal basis': () => question.legalBasis !== undefined,
      forbidden: () => asked.some(({ forbidden }) => forbidden.length > 0),
      'module failed': () => asked.some(({ failed }) => failed !== undefined),
      party: (id) => partyOf(id) !== undefined,
      group: (id) => sources.groups.some((group) => group.id === id),
      row: (id) => rowOf(id) !== undefined,
      table: (id) => agreementOf(id)?.table.some(({ issuer }) => issuer === label.policy) === true,
      ceiling: (id) => agreementOf(id)?.ceilings.has(category) === true,
      'both ways': (id) => agreementOf(id)?.direction === 'both',
      ends: (id) => agreementOf(id)?.until !== undefined,
      coming: (id) => stateOf(id) === 'coming',
      suspended: (id) => stateOf(id) === 'suspended',
      over: (id) => stateOf(id) === 'over',
      'suspension ends': (index) => suspensions[Number(index)]?.until !== undefined,
      counted: (index) => counted?.[Number(index)] !== undefined,
      'asks for nationals': (id) => agreementOf(id)?.nationals !== undefined,
      'asks for need-to-know': (id) => agreementOf(id)?.needToKnow === true,
      'asks for legal basis': (id) => agreementOf(id)?.legalBases !== undefined,
      'asks for retention': (id) => agreementOf(id)?.retention !== undefined,
      explained: (name) => caveatOf(name) !== undefined,
      'originator sends': (name) => caveatOf(name)?.rule === 'originator-sends',
      'only parties': (name) => caveatOf(name)?.rule === 'only-parties',
      'only purposes': (name) => caveatOf(name)?.rule === 'only-purposes',
    },
    lists: {
      agreement: () => [...byId.keys()],
      first: (id) => agreementOf(id)?.first ?? [],
      second: (id) => agreementOf(id)?.second ?? [],
      purpose: (id) => agreementOf(id)?.purposes ?? [],
      onward: (id) => agreementOf(id)?.onward ?? [],
      national: (id) => agreementOf(id)?.nationals ?? [],
      basis: (id) => agreementOf(id)?.legalBases ?? [],
      suspension: (id) => indices(suspensions, (each) => each.agreement === id),
      aggregation: (id) => indices(agreementOf(id)?.aggregation ?? [], (each) => each.category === category),
      compartment: () => label.compartments.map((name) => `${label.policy}/${name}`),
      held: (id) => partyOf(id)?.compartments ?? [],
      released: () => (label.releasability === 'unrestricted' ? [] : label.releasability),
      known: () => [
        ...sources.parties.map(({ id }) => id),
        ...sources.groups.map(({ id }) => id),
        ...members,
        ...sources.schemes.map(({ issuer }) => issuer),
      ],
      caveat: () => label.caveats,
      'caveat party': (name) => caveatOf(name)?.parties ?? [],
      'caveat purpose': (name) => caveatOf(name)?.purposes ?? [],
      nationality: () => reader?.nationalities ?? [],
    },
  }
}

function indices<T>(items: readonly T[], fits: (item: T) => boolean): readonly string[] {
  return items.flatMap((item, i) => (fits(item) ? [String(i)] : []))
}
