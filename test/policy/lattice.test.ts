/** The laws of a lattice, for restrictions: what binds a collection is the least that binds each of its parts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levels } from '../../protocol/policy/level.ts'
import {
  dominates,
  join,
  meet,
  type Restriction,
  restrictionOf,
  unrestricted,
} from '../../protocol/policy/lattice.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { day, label, now, sources } from './world.ts'

const names = (...all: readonly string[]) => fc.subarray([...all]).map((some) => new Set(some))

const restrictions: fc.Arbitrary<Restriction> = fc.record({
  level: fc.constantFrom(...levels),
  compartments: names('A', 'B'),
  audience: fc.oneof(fc.constant('unrestricted' as const), names('EST', 'NLD', 'FIN')),
  caveats: names('C', 'D'),
  retainUntil: fc.constantFrom(now, now + day, Infinity),
})

const runs = { numRuns: 2000 }

describe('restrictions are a lattice', () => {
  test('dominates is an order', () => {
    const holds = (a: Restriction, b: Restriction, c: Restriction) => {
      expect(dominates(a, a)).toBe(true)
      if (dominates(a, b) && dominates(b, a)) expect(a).toEqual(b)
      if (dominates(a, b) && dominates(b, c)) expect(dominates(a, c)).toBe(true)
    }
    fc.assert(fc.property(restrictions, restrictions, restrictions, holds), runs)
  })

  test('join is the least that dominates both, meet the greatest that both dominate', () => {
    const holds = (a: Restriction, b: Restriction, c: Restriction) => {
      const [above, below] = [join(a, b), meet(a, b)]
      expect(dominates(above, a) && dominates(above, b)).toBe(true)
      expect(dominates(a, below) && dominates(b, below)).toBe(true)
      if (dominates(c, a) && dominates(c, b)) expect(dominates(c, above)).toBe(true)
      if (dominates(a, c) && dominates(b, c)) expect(dominates(below, c)).toBe(true)
    }
    fc.assert(fc.property(restrictions, restrictions, restrictions, holds), runs)
  })

  test('join and meet commute, associate and absorb', () => {
    const holds = (a: Restriction, b: Restriction, c: Restriction) => {
      expect(join(a, b)).toEqual(join(b, a))
      expect(meet(a, b)).toEqual(meet(b, a))
      expect(join(join(a, b), c)).toEqual(join(a, join(b, c)))
      expect(meet(meet(a, b), c)).toEqual(meet(a, meet(b, c)))
      expect(join(a, meet(a, b))).toEqual(a)
      expect(meet(a, join(a, b))).toEqual(a)
    }
    fc.assert(fc.property(restrictions, restrictions, restrictions, holds), runs)
  })

  test('nothing is below the unrestricted', () => {
    fc.assert(fc.property(restrictions, (a) => dominates(a, unrestricted)))
  })
})

test('nobody is the strictest audience, not the absence of one', () => {
  const nobody = { ...unrestricted, audience: new Set<string>() }
  expect(dominates(nobody, unrestricted)).toBe(true)
  expect(dominates(unrestricted, nobody)).toBe(false)
  expect(join(nobody, unrestricted).audience).toEqual(new Set())
})

test('a label’s restriction names its parties of its day, and its compartments with their issuer', () => {
  const rules = rulesFrom(sources)
  const then = { ...label, releasability: ['ALLY'], at: now - 11 * day }
  expect(restrictionOf(then, rules)).toEqual({
    level: 3,
    compartments: new Set(['ALLY/ATOMAL']),
    audience: new Set(['ALPHA', 'BETA', 'DELTA']),
    caveats: new Set(['ALLY/HANDLE BY HAND']),
    retainUntil: Infinity,
  })
  expect(restrictionOf({ ...then, at: now }, rules)?.audience).toEqual(new Set(['ALPHA', 'BETA']))
  expect(restrictionOf({ ...then, marking: 'SECRET' }, rules)).toBeUndefined()
})
