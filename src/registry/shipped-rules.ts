/** Answers for the groups and schemes that plans and profiles name, out of those that ship with the program, or `all` of them. */
import { Rejected } from '../../protocol/errors.ts'
import type { Group } from '../../protocol/policy/group.ts'
import type { Scheme } from '../../protocol/policy/scheme.ts'
import { shippedGroups, shippedSchemes } from '../../protocol/policy/shipped.ts'
import { groupFrom, type GroupPlan } from './agreement-plan.ts'

/** No id: those have no small letters. */
const all = 'all'

export interface Naming {
  readonly groups: readonly (string | GroupPlan)[]
  readonly schemes: readonly string[]
}

/** A shipped group that several name is one; another with an id that is taken is refused with the document. */
export function groupsOf(sources: readonly Naming[]): readonly Group[] {
  const named = sources.flatMap(({ groups }) => groups)
  const ids = [...new Set(named.filter((each) => typeof each === 'string'))]
  const own = named.filter((each) => typeof each !== 'string').map(groupFrom)
  return [...shippedOf(ids, shippedGroups(), ({ id }) => id, 'group'), ...own]
}

export function schemesOf(sources: readonly Naming[]): readonly Scheme[] {
  const issuers = [...new Set(sources.flatMap(({ schemes }) => schemes))]
  return shippedOf(issuers, shippedSchemes(), ({ issuer }) => issuer, 'scheme')
}

function shippedOf<T>(
  wanted: readonly string[],
  shipped: readonly T[],
  idOf: (item: T) => string,
  what: string,
): readonly T[] {
  if (wanted.includes(all)) return shipped
  return wanted.map((id) => {
    const found = shipped.find((item) => idOf(item) === id)
    if (found === undefined) throw new Rejected('bad-request', `plan: there is no shipped ${what} ${id}`)
    return found
  })
}
