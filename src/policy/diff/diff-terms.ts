/** Answers for what changes beside levels: terms of agreements, members of groups, compartments, caveats. */
import { compareNames, type Seconds } from '../../../protocol/names.ts'
import type { Aggregation, Agreement } from '../../../protocol/policy/agreement.ts'
import { isMember } from '../../../protocol/policy/group.ts'
import type { Rules } from '../../../protocol/policy/rules.ts'

export interface TermChange {
  readonly effect: 'opens' | 'closes' | 'changes'
  /** Of what: `agreement EST-NLD`, `group NATO`. */
  readonly of: string
  readonly what: string
}

type Named = ReadonlySet<string>

export function termChanges(old: Rules, next: Rules, at: Seconds): readonly TermChange[] {
  return [
    ...[...old.agreements].flatMap(([id, was]) => agreementTerms(was, next.agreements.get(id))),
    ...memberChanges(old, next, at),
    ...compartmentChanges(old, next),
    ...caveatChanges(old, next),
  ]
}

function agreementTerms(was: Agreement, is: Agreement | undefined): readonly TermChange[] {
  if (is === undefined) return []
  const of = `agreement ${was.id}`
  return [
    ...allowed(of, 'legal bases', was.legalBases, is.legalBases, 'any'),
    ...allowed(of, 'nationals', was.nationals, is.nationals, 'any'),
    ...allowed(of, 'onward to', was.onward ?? [], is.onward ?? [], 'any'),
    ...asked(of, 'a stated need-to-know', was.needToKnow === true, is.needToKnow === true),
    ...limit(of, 'seconds of retention', was.retention, is.retention),
    ...counting(of, was.aggregation ?? [], is.aggregation ?? []),
    ...(JSON.stringify(was.table) === JSON.stringify(is.table)
      ? []
      : [
          {
            effect: 'changes',
            of,
            what: `its table, of ${was.table.length} rows before and ${is.table.length} now`,
          } as const,
        ]),
  ]
}

/** A set of what is allowed; absent is everything. */
function allowed(
  of: string,
  what: string,
  was: readonly string[] | undefined,
  is: readonly string[] | undefined,
  all: string,
): readonly TermChange[] {
  const came = is === undefined ? (was === undefined ? [] : [all]) : was === undefined ? [] : without(is, was)
  const went =
    was === undefined
      ? is === undefined
        ? []
        : [`${all} but ${is.join(', ')}`]
      : is === undefined
        ? []
        : without(was, is)
  return [
    ...(came.length === 0 ? [] : [{ effect: 'opens', of, what: `${what}: ${came.join(', ')}` } as const]),
    ...(went.length === 0 ? [] : [{ effect: 'closes', of, what: `${what}: ${went.join(', ')}` } as const]),
  ]
}

function asked(of: string, what: string, was: boolean, is: boolean): readonly TermChange[] {
  if (was === is) return []
  return [
    is
      ? { effect: 'closes', of, what: `${what} is asked for` }
      : { effect: 'opens', of, what: `${what} is no longer asked for` },
  ]
}

function limit(of: string, what: string, was = Infinity, is = Infinity): readonly TermChange[] {
  if (was === is) return []
  const inWords = (value: number) => (value === Infinity ? 'without end' : `${value}`)
  return [
    { effect: is > was ? 'opens' : 'closes', of, what: `${what}: ${inWords(is)} (was ${inWords(was)})` },
  ]
}

function counting(
  of: string,
  was: readonly Aggregation[],
  is: readonly Aggregation[],
): readonly TermChange[] {
  const lines = (limits: readonly Aggregation[]) =>
    limits.map(
      ({ category, count, period, level }) =>
        `from ${count} of ${category} in ${period} s on, level ${level}`,
    )
  return [
    ...without(lines(is), lines(was)).map((what) => ({ effect: 'closes', of, what }) as const),
    ...without(lines(was), lines(is)).map(
      (what) => ({ effect: 'opens', of, what: `no longer: ${what}` }) as const,
    ),
  ]
}

function memberChanges(old: Rules, next: Rules, at: Seconds): readonly TermChange[] {
  const membersIn = ({ groups }: Rules, id: string) => {
    const group = groups.get(id)
    return new Set(group?.members.map(({ party }) => party).filter((party) => isMember(group, party, at)))
  }
  const ids = [...new Set([...old.groups.keys(), ...next.groups.keys()])].sort(compareNames)
  return ids.flatMap((id) =>
    heldChanges(`group ${id}`, 'release to', membersIn(old, id), membersIn(next, id)),
  )
}

function compartmentChanges(old: Rules, next: Rules): readonly TermChange[] {
  const none = { compartments: new Set<string>() }
  return [...next.parties].flatMap(([id, { compartments }]) =>
    heldChanges(`party ${id}`, 'compartment', (old.parties.get(id) ?? none).compartments, compartments),
  )
}

function heldChanges(of: string, what: string, was: Named, is: Named): readonly TermChange[] {
  const lines = (effect: 'opens' | 'closes', names: readonly string[]): readonly TermChange[] =>
    names.length === 0 ? [] : [{ effect, of, what: `${what} ${names.join(', ')}` }]
  return [...lines('opens', without([...is], [...was])), ...lines('closes', without([...was], [...is]))]
}

/** A caveat that is gone is unknown from then on, which refuses; one that is new was unknown before. */
function caveatChanges(old: Rules, next: Rules): readonly TermChange[] {
  return [...next.schemes].flatMap(([issuer, { caveats }]) => {
    const before = old.schemes.get(issuer)?.caveats
    if (before === undefined) return []
    const of = `scheme ${issuer}`
    const changed = [...caveats.keys()].filter(
      (name) => before.has(name) && JSON.stringify(before.get(name)) !== JSON.stringify(caveats.get(name)),
    )
    return [
      ...heldChanges(of, 'caveat', new Set(before.keys()), new Set(caveats.keys())),
      ...changed.map((name) => ({ effect: 'changes', of, what: `caveat ${name}` }) as const),
    ]
  })
}

function without(these: readonly string[], those: readonly string[]): readonly string[] {
  return these.filter((each) => !those.includes(each))
}
