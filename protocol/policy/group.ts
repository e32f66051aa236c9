/** Answers for groups of parties: dated sets, so that a label means the members of its own day. */
import { field, list, type Of, optional, record, seconds } from '../codec.ts'
import { type PartyId, partyId, type Seconds } from '../names.ts'
import { isInForce } from './scheme.ts'

const membership = record({
  party: field(1, partyId),
  /** A member at t when from ≤ t < until. */
  from: optional(2, seconds),
  until: optional(3, seconds),
})

export const group = record({
  id: field(1, partyId),
  members: field(2, list(membership, 0, 1024)),
})

export type Group = Of<typeof group>

export function isMember({ members }: Group, party: PartyId, at: Seconds): boolean {
  return members.some((member) => member.party === party && isInForce(member, at))
}
