/** Answers for who speaks for the sides of an agreement: who may sign it, and who may suspend it. */
import type { PartyId, Seconds } from '../names.ts'
import type { Agreement } from './agreement.ts'
import { type Group, isMember } from './group.ts'

/** What is asked of the registry: whom it lists, and which groups it has. `Rules` is one. */
export interface Listed {
  readonly parties: { has(id: PartyId): boolean }
  readonly groups: { get(id: PartyId): Group | undefined }
}

/**
 * A party speaks for itself. For a group speaks the organisation that is a party under the group's own name; where the
 * registry lists none, each member does, on the days of its membership.
 */
export function speaksForName(listed: Listed, name: PartyId, party: PartyId, at: Seconds): boolean {
  if (listed.parties.has(name)) return name === party
  const group = listed.groups.get(name)
  return group !== undefined && isMember(group, party, at)
}

export function speaksFor(
  listed: Listed,
  { first, second }: Pick<Agreement, 'first' | 'second'>,
  party: PartyId,
  at: Seconds,
): boolean {
  return [...first, ...second].some((name) => speaksForName(listed, name, party, at))
}
