/** Answers for what a registry says of witnesses: which parties are, how many must have cosigned, and for how long a ledger may wait (registry.md). */
import { field, type Of, record, seconds, tuple, unsigned } from './codec.ts'
import { Rejected } from './errors.ts'
import { type PartyId, partyId, setOf } from './names.ts'

export const witnessing = record({
  witnesses: field(1, setOf(partyId, 1, 64)),
  /** By level, 0 to 4: of how many others the cosignatures are needed before an envelope is released. */
  quorums: field(2, tuple(unsigned, unsigned, unsigned, unsigned, unsigned)),
  /** Without such a quorum for longer than this, a ledger takes nothing new of the level. */
  limit: field(3, seconds),
})
export type Witnessing = Of<typeof witnessing>

const shortestLimit = 60

/** Throws `malformed-structure` for a policy that names strangers, or that nobody could meet. */
export function requireSound({ witnesses, quorums, limit }: Witnessing, parties: readonly PartyId[]): void {
  const known = new Set(parties)
  if (!witnesses.every((id) => known.has(id))) malformed('a witness is no party')
  if (quorums.some((quorum) => quorum > witnesses.length)) malformed('a quorum of more than the witnesses')
  if (limit < shortestLimit) malformed(`a limit of at least ${shortestLimit} seconds expected`)
}

function malformed(detail: string): never {
  throw new Rejected('malformed-structure', `registry: witnessing: ${detail}`)
}
