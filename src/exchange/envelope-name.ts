/** Answers for how an envelope is named within a gateway: by issuer and id, because two issuers may use one id. */
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId } from '../../protocol/names.ts'

export interface EnvelopeName {
  readonly issuer: PartyId
  readonly id: string
}

/** The only one of those that a reader may see. Throws `not-found`, and `bad-request` when the id alone does not tell. */
export function onlyOne<T extends EnvelopeName>(visible: readonly T[]): T {
  const [first, second] = visible
  if (first === undefined) throw new Rejected('not-found')
  if (second !== undefined) throw new Rejected('bad-request', 'two issuers used this id: write ISSUER:id')
  return first
}

const reference = /^(?:([A-Z][A-Z0-9-]{1,31}):)?([0-9a-f]{32})$/

/** Reads `id` or `ISSUER:id`. Throws `not-found` for anything else. */
export function parseReference(text: string): { readonly issuer?: PartyId; readonly id: string } {
  const [, issuer, id] = reference.exec(text) ?? []
  if (id === undefined) throw new Rejected('not-found')
  return issuer === undefined ? { id } : { issuer, id }
}

/** The sequencer's keys: each names one event that can be entered once. */
export const entryKeys = {
  envelope: ({ issuer, id }: EnvelopeName) => `envelope:${issuer}:${id}`,
  package: (party: PartyId, requestKey: string) => `package:${party}:${requestKey}`,
  refused: ({ issuer, id }: EnvelopeName, digest: string, by: PartyId, code: string) =>
    `refused:${issuer}:${id}:${digest}:${by}:${code}`,
  consigned: ({ issuer, id }: EnvelopeName, reader: PartyId) => `consigned:${issuer}:${id}:${reader}`,
  handedOver: ({ issuer, id }: EnvelopeName, reader: PartyId) => `handed-over:${issuer}:${id}:${reader}`,
  acknowledged: ({ issuer, id }: EnvelopeName, recipient: PartyId, step: 'consigned' | 'final') =>
    `acknowledged:${issuer}:${id}:${recipient}:${step}`,
  relayed: (position: number) => `relayed:${position}`,
  withdrawal: (issuer: PartyId, attestation: string, sequence: number) =>
    `withdrawal:${issuer}:${attestation}:${sequence}`,
  withdrawalSent: (name: string, attempt: number) => `withdrawal-sent:${name}:${attempt}`,
} as const
