/** Answers for the rules that a registry document makes, and for whom the names in its agreements stand. */
import { compareNames, type PartyId, type Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import { isInForce } from '../../protocol/policy/scheme.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'
import { nationalEvaluator } from './national/national.ts'

/** As a gateway decides by them, but for suspensions that parties declare between two versions: they are in no document. */
export function rulesOf(document: RegistryDocument): Rules {
  return rulesFrom(document, nationalEvaluator)
}

/** The listed parties that any of the names stands for at `at`, in the order of their ids. */
export function partiesNamed(rules: Rules, names: readonly PartyId[], at: Seconds): readonly PartyId[] {
  const all = names.flatMap((name) => {
    const group = rules.groups.get(name)
    if (group === undefined) return [name]
    return group.members.filter((member) => isInForce(member, at)).map(({ party }) => party)
  })
  return [...new Set(all)].filter((party) => rules.parties.has(party)).sort(compareNames)
}

/** A sender and a receiver. */
export type Pair = readonly [from: PartyId, to: PartyId]

/** Every two parties that the agreement is between at `at`, in each direction it is for. */
export function pairsOf(rules: Rules, { first, second, direction }: Agreement, at: Seconds): readonly Pair[] {
  const one = partiesNamed(rules, first, at)
  const other = partiesNamed(rules, second, at)
  const found = new Map<string, Pair>()
  const add = (from: PartyId, to: PartyId) => {
    if (from !== to) found.set(`${from} ${to}`, [from, to])
  }
  for (const a of one)
    for (const b of other) {
      add(a, b)
      if (direction === 'both') add(b, a)
    }
  return [...found.values()]
}
