/** Answers for which gateway serves which party, as the registry says. */
import { type Directory, partyOf } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId } from '../../protocol/names.ts'
import type { Origin } from './gateway.ts'

/** Whether one gateway serves both. */
export function sameGateway(directory: Directory, a: PartyId, b: PartyId): boolean {
  return partyOf(directory, a).gateway === partyOf(directory, b).gateway
}

export interface Hosting {
  readonly here: readonly PartyId[]
  /** Gateways of all others, each once. */
  readonly elsewhere: readonly string[]
}

export function hostingOf(directory: Directory, own: PartyId, parties: readonly PartyId[]): Hosting {
  const here = parties.filter((party) => sameGateway(directory, own, party))
  const others = parties.filter((party) => !here.includes(party))
  return { here, elsewhere: [...new Set(others.map((party) => partyOf(directory, party).gateway))] }
}

/**
 * What a party signed comes in by its own gateway's agency listener, or from its gateway, and from nowhere else.
 * Throws `forbidden`.
 */
export function requireOwnWay(directory: Directory, own: PartyId, signer: PartyId, origin: Origin): void {
  const sender = origin.kind === 'agency' ? own : origin.party
  if (!sameGateway(directory, sender, signer))
    throw new Rejected('forbidden', `${signer} by way of ${sender}`)
}
