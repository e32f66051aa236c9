/**
 * Chains of transfers: in any registry, what is a party’s reaches, however often it is passed on, only those whom it sent it to
 * itself, or to whom an agreement of its own lets it be passed on.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PartyId } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { decide } from '../../protocol/policy/decide.ts'
import { type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import { alliance, label, now, treaty } from './world.ts'

const parties = ['A', 'B', 'C', 'D', 'E'] as const
const some = fc.subarray([...parties], { minLength: 1 })
const terms = fc.record({
  first: some,
  second: some,
  onward: fc.option(fc.subarray([...parties]), { nil: undefined }),
  ceiling: fc.constantFrom(2, 3, 4),
  isOver: fc.boolean(),
  isOneWay: fc.boolean(),
} as const)
type Terms = typeof terms extends fc.Arbitrary<infer T> ? T : never

function agreementOf({ first, second, onward, ceiling, isOver, isOneWay }: Terms, i: number): Agreement {
  const { until, ...always } = treaty
  return {
    ...always,
    id: `AGREEMENT-${i}`,
    first,
    second,
    direction: isOneWay ? 'first-to-second' : 'both',
    ceilings: new Map([['clearance', ceiling]]),
    ...(isOver && until !== undefined && { until: now }),
    ...(onward && { onward }),
  }
}

function registryOf(agreements: readonly Agreement[]): Rules {
  return rulesFrom({
    parties: parties.map((id) => ({ id, accreditation: 4, compartments: [] })),
    groups: [],
    schemes: [alliance],
    agreements,
  })
}

const secret = {
  ...label,
  compartments: [],
  caveats: [],
  releasability: 'unrestricted',
  originator: 'A',
} as const

function mayPass(from: PartyId, to: PartyId, agreements: readonly Agreement[], rules: Rules): boolean {
  const asked = { from, to, label: secret, purpose: 'confirmation', category: 'clearance' }
  return agreements.some(({ id }) => decide({ ...asked, agreement: id }, rules, now).allow)
}

/** Everybody that has it in the end. */
function reached(agreements: readonly Agreement[], rules: Rules): ReadonlySet<PartyId> {
  const holders = new Set<PartyId>(['A'])
  for (const holder of holders)
    for (const to of parties) if (mayPass(holder, to, agreements, rules)) holders.add(to)
  return holders
}

/** Said without the kernel: whom A’s own agreements of that height, that are not over, give it to or let have it. */
function agreedTo(all: readonly Terms[]): ReadonlySet<PartyId> {
  const own = all.filter(({ isOver, ceiling }) => !isOver && ceiling >= 3)
  const ways = own.flatMap(({ first, second, onward = [], isOneWay }) => [
    ...(first.includes('A') ? [{ to: second, onward }] : []),
    ...(!isOneWay && second.includes('A') ? [{ to: first, onward }] : []),
  ])
  return new Set(['A', ...ways.flatMap(({ to, onward }) => [...to, ...onward])])
}

test('no chain leads to anybody whom the originator did not agree to', () => {
  let [registries, passedOn] = [0, 0]
  const holds = (all: readonly Terms[]) => {
    const agreements = all.map(agreementOf)
    const holders = reached(agreements, registryOf(agreements))
    const agreed = agreedTo(all)
    expect([...holders].filter((party) => !agreed.has(party))).toEqual([])
    registries++
    const direct = parties.filter((to) => mayPass('A', to, agreements, registryOf(agreements)))
    if ([...holders].some((party) => party !== 'A' && !direct.some((to) => to === party))) passedOn++
  }
  fc.assert(fc.property(fc.array(terms, { minLength: 1, maxLength: 6 }), holds), { numRuns: 2000 })
  console.info(
    `${registries} registries, in ${passedOn} of them it was passed on to others than the originator sent it to`,
  )
  expect(passedOn).toBeGreaterThan(50)
})

test('consent is not handed on: who has it by consent needs an agreement of the originator’s to pass it on', () => {
  const step = { ceiling: 3, isOver: false, isOneWay: false } as const
  const agreements: readonly Terms[] = [
    { ...step, first: ['A'], second: ['B'], onward: ['C'] },
    { ...step, first: ['B'], second: ['C'], onward: ['D'] },
    { ...step, first: ['C'], second: ['D'], onward: undefined },
  ]
  const made = agreements.map(agreementOf)
  expect([...reached(made, registryOf(made))]).toEqual(['A', 'B', 'C'])
})
