/** Answers for whom figures name: the other gateways and parties of the registry, also of one that has expired. */
import type { Gateway } from '../exchange/gateway.ts'
import type { PartyId } from '../../protocol/names.ts'

export interface Others {
  /** Origins, each once. */
  readonly gateways: readonly string[]
  readonly parties: readonly PartyId[]
  /** Those that this gateway serves. */
  readonly partiesHere: ReadonlySet<PartyId>
}

export function othersOf({ party, registry }: Gateway): Others {
  const { parties } = registry.current().document
  const own = parties.find(({ id }) => id === party)?.gateway
  const elsewhere = parties.filter(({ gateway }) => gateway !== own)
  const here = parties.filter(({ gateway }) => gateway === own)
  return {
    gateways: [...new Set(elsewhere.map(({ gateway }) => gateway))],
    parties: parties.map(({ id }) => id).filter((id) => id !== party),
    partiesHere: new Set(here.map(({ id }) => id)),
  }
}
