/** Answers for random registries with a question about each, most of them nearly permitted, the same for the same seed. */
import type { Label } from '../../protocol/label.ts'
import { compareNames, type PartyId } from '../../protocol/names.ts'
import { type Agreement, states } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { levels } from '../../protocol/policy/level.ts'
import type { RuleSources, Verdict } from '../../protocol/policy/rules.ts'
import type { Caveat, Marking } from '../../protocol/policy/scheme.ts'
import { day, marking, now } from './world.ts'

export interface RandomState {
  readonly sources: RuleSources
  /** What the modules of the parties that have one say. */
  readonly verdicts: ReadonlyMap<PartyId, Verdict>
  readonly question: Question
}

const parties = ['ANT', 'BEE', 'CAT', 'DOG'] as const
const names = [...parties, 'HERD', 'FLOCK', 'NEMO'] as const
const purposes = ['confirmation', 'vetting']
const times = [now - 2 * day, now - day, now, now + 1, now + day]

export function* randomStates(count: number, seed: number): Generator<RandomState> {
  const chances = new Chances(seed)
  for (let i = 0; i < count; i++) yield randomState(chances)
}

function randomState(r: Chances): RandomState {
  const question = randomQuestion(r)
  const agreement = randomAgreement(r, 'MAIN', ['ANT'], ['BEE', 'CAT'])
  const others = r.is(0.5) ? [randomAgreement(r, 'OTHER', ['DOG'], ['ANT'])] : []
  const agreements = r.is(0.95) ? [agreement, ...others] : others
  const modules = parties.filter(() => r.is(0.06))
  return {
    question,
    verdicts: new Map(modules.map((party) => [party, randomVerdict(r)])),
    sources: {
      parties: parties
        .filter(() => r.is(0.97))
        .map((id) => ({
          id,
          accreditation: r.mostly(4, levels),
          compartments: r.is(0.8) ? ['HERD/A', 'HERD/B'] : r.some(['HERD/A', 'DOG/A']),
        })),
      groups: [
        {
          id: 'HERD',
          members: parties.filter(() => r.is(0.8)).map((party) => ({ party, ...randomDates(r) })),
        },
        { id: 'FLOCK', members: parties.filter(() => r.is(0.3)).map((party) => ({ party })) },
      ],
      schemes: [
        { issuer: 'HERD', markings: randomMarkings(r), caveats: randomCaveats(r) },
        { issuer: 'DOG', markings: randomMarkings(r), caveats: [] },
      ],
      agreements,
      suspensions: r.is(0.15)
        ? [
            {
              agreement: r.of(['MAIN', 'OTHER']),
              by: r.of(parties),
              from: r.of(times),
              ...r.maybe('until', times),
            },
          ]
        : [],
      modules: modules.map((party) => ({ party, policies: '' })),
    },
  }
}

function randomQuestion(r: Chances): Question {
  const statement = {
    ...r.often('needToKnow', ['CASE']),
    ...r.often('legalBasis', ['ACT', 'LAW']),
    ...r.often('reader', [
      { clearance: 4, nationalities: ['BEE'] },
      { clearance: r.of(levels), nationalities: r.some(['ANT', 'BEE', 'CAT', 'NEMO']) },
    ] as const),
  }
  return {
    from: r.mostly('ANT', names),
    to: r.mostly('BEE', names),
    label: randomLabel(r),
    purpose: r.mostly('confirmation', [...purposes, 'curiosity']),
    agreement: r.mostly('MAIN', ['OTHER', 'NONE']),
    category: r.mostly('clearance', ['visit', 'courier']),
    ...statement,
    ...(r.is(0.8) && { counted: [r.below(5), r.below(5)] }),
  }
}

function randomLabel(r: Chances): Label {
  return {
    policy: r.mostly('HERD', ['DOG', 'NEMO']),
    marking: r.mostly('LOW', ['HIGH', 'LOW TOO', 'PAST', 'NONE']),
    at: r.mostly(now - day, [...times, now + 300, now + 301]),
    compartments: r.is(0.7) ? [] : r.some(['A', 'B']),
    releasability: r.is(0.5) ? 'unrestricted' : r.some(names),
    caveats: r.is(0.7) ? [] : r.some(['BY HAND', 'MINE', 'SOME', 'WHY', 'UNHEARD']),
    ...(r.is(0.4) && { originator: r.of(names) }),
    ...(r.is(0.5) && { retainUntil: r.of([now, now + 1, now + day, now + 2 * day]) }),
  }
}

function randomMarkings(r: Chances): readonly Marking[] {
  const low = r.mostly(1, levels)
  const dates = r.is(0.1) ? randomDates(r) : {}
  return [
    marking(['LOW', 'LOW TOO'], low, levels.find((each) => each >= low && r.is(0.7)) ?? 4, dates),
    marking(['HIGH'], 3, 4),
    marking(['PAST'], 2, 2, { until: now - day }),
  ]
}

function randomCaveats(r: Chances): readonly Caveat[] {
  return [
    { name: 'BY HAND', rule: 'handling', parties: [], purposes: [] },
    { name: 'MINE', rule: 'originator-sends', parties: [], purposes: [] },
    { name: 'SOME', rule: 'only-parties', parties: r.some(names), purposes: [] },
    { name: 'WHY', rule: 'only-purposes', parties: [], purposes: r.some(purposes) },
  ]
}

function randomAgreement(r: Chances, id: string, first: PartyId[], second: PartyId[]): Agreement {
  const side = (usual: PartyId[]) => (r.is(0.85) ? usual : r.some(names, 1))
  const limit = (category: string) =>
    ({ category, period: day, count: 1 + r.below(4), level: r.of(levels) }) as const
  return {
    id,
    title: id,
    first: side(first),
    second: side(second),
    direction: r.mostly('both', ['first-to-second']),
    ceilings: new Map([
      ['clearance', r.mostly(4, levels)],
      ['visit', r.of(levels)],
    ]),
    purposes: r.is(0.8) ? purposes : r.some(purposes, 1),
    from: r.mostly(now - day, times),
    ...r.maybe('until', [now + day, ...times]),
    timeline: [
      { at: now - 3 * day, state: r.mostly('in-force', states) },
      ...(r.is(0.2) ? [{ at: r.of(times), state: r.of(states) }] : []),
    ],
    table: r.is(0.7)
      ? []
      : [{ issuer: 'HERD', marking: r.of(['LOW', 'HIGH']), level: r.of(levels), measures: [] }],
    articles: [],
    ...r.maybe('legalBases', [['ACT'], ['ACT', 'LAW']]),
    ...r.maybe('needToKnow', [true, false]),
    ...r.maybe('retention', [0, day]),
    ...r.maybe('nationals', [['BEE', 'HERD'], r.some(names, 1)]),
    ...(r.is(0.7) && { onward: r.some(names, 1) }),
    ...r.maybe('aggregation', [[limit('clearance')], [limit('visit'), limit('clearance')]]),
  }
}

function randomVerdict(r: Chances): Verdict {
  const forbidden = r.is(0.5) ? [{ subject: 'a rule' }] : []
  return { forbidden, ...(r.is(0.4) && { failed: 'an error' }) }
}

function randomDates(r: Chances): { readonly from?: number; readonly until?: number } {
  return { ...r.maybe('from', times), ...r.maybe('until', times) }
}

/** Numbers that look random, and choices made with them. */
class Chances {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  is(chance: number): boolean {
    return this.#next() < chance
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  of<const T>(values: readonly T[]): T {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('nothing to choose from')
    return value
  }

  mostly<const T>(usual: T, values: readonly T[]): T {
    return this.is(0.85) ? usual : this.of(values)
  }

  /** In their order, as sets are. */
  some(values: readonly string[], atLeast = 0): string[] {
    const chosen = values.filter(() => this.is(0.5))
    return (chosen.length < atLeast ? [this.of(values)] : chosen).sort(compareNames)
  }

  /** The member with one of the values, with a small chance or a large one. */
  maybe<const K extends string, const T>(name: K, values: readonly T[]): Partial<Record<K, T>> {
    return this.#member(0.15, name, values)
  }

  often<const K extends string, const T>(name: K, values: readonly T[]): Partial<Record<K, T>> {
    return this.#member(0.7, name, values)
  }

  #member<K extends string, T>(chance: number, name: K, values: readonly T[]): Partial<Record<K, T>> {
    const value = this.of(values)
    return this.is(chance) ? ({ [name]: value } as Partial<Record<K, T>>) : {}
  }
}
