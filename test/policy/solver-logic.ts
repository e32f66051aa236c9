/** Answers for the logic of unknowns: every number any integer, every property any set of things, of which there is no end. */
import type { Arith, Bool, Context, Expr, Sort } from 'z3-solver'
import type { Logic } from './formula.ts'

type Z3 = Context<'policy'>
export type Claim = Bool<'policy'>
export type Quantity = Arith<'policy'>
export type Thing = Expr<'policy', Sort<'policy'>>

/** `primed`: these numbers and properties are other unknowns than in the logic without, all others the same. */
export function solverLogic(z: Z3, primed: readonly string[] = []): Logic<Claim, Quantity, Thing> {
  const things = z.Sort.declare('Thing')
  const nameOf = (name: string) => (primed.includes(name) ? `${name}′` : name)
  let bound = 0
  const applied = (name: string, of: readonly Thing[], range: Sort<'policy'>) =>
    z.Function.declare(`${nameOf(name)}/${of.length}`, ...of.map(() => things), range).call(...of)
  const is = (property: string, ...of: readonly Thing[]): Claim => {
    const found = of.length === 0 ? z.Bool.const(nameOf(property)) : applied(property, of, z.Bool.sort())
    if (!z.isBool(found)) throw new Error(`${property} is no property`)
    return found
  }
  const number = (name: string, ...of: readonly Thing[]): Quantity => {
    const found = of.length === 0 ? z.Int.const(nameOf(name)) : applied(name, of, z.Int.sort())
    if (!z.isArith(found)) throw new Error(`${name} is no number`)
    return found
  }
  const membership = z.Function.declare('member', things, things, z.Int.sort(), z.Bool.sort())
  return {
    and: (...all) => z.And(...all),
    or: (...any) => z.Or(...any),
    not: (claim) => z.Not(claim),
    less: (a, b) => a.lt(b),
    plus: (a, b) => a.add(b),
    constant: (value) => z.Int.val(value),
    same: (a, b) => a.eq(b),
    thing: (name) => z.Const(name, things),
    number,
    is,
    some: (property, of, claim) => {
      const each = z.Const(`each${bound++}`, things)
      return z.Exists([each], z.And(is(property, ...of, each), claim(each)))
    },
    member: (group, party, at) => {
      const found = membership.call(group, party, at)
      if (!z.isBool(found)) throw new Error('membership is no property')
      return found
    },
  }
}
