/** Answers for how far a transfer has come, as its sender and its recipients may see it. */
import type { Code } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Decision } from '../../protocol/policy/decide.ts'

export type Outcome = 'consigned' | 'opened' | 'refused'

/** `held`: permitted, and going no further until witnesses have cosigned the ledger over its entry. */
export type TransferState = 'denied' | 'held' | 'released'

export function stateOf({ allowed, released }: { allowed: boolean; released: boolean }): TransferState {
  if (!allowed) return 'denied'
  return released ? 'released' : 'held'
}

export interface RecipientStatus {
  readonly party: PartyId
  /** `held`: until its release; `here`: in an inbox of this gateway; else how the relay to the party's gateway stands. */
  readonly relay: 'held' | 'here' | 'waiting' | 'done' | 'refused' | 'failed'
  /** Why the relay was refused. */
  readonly code?: Code
  readonly acknowledgement?: { readonly outcome: Outcome; readonly code?: string; readonly at: Seconds }
}

export interface TransferStatus {
  readonly id: string
  readonly issuer: PartyId
  readonly digest: Uint8Array
  readonly decision: Decision
  readonly state: TransferState
  /** So many witnesses must cosign the ledger over the entry before it goes further. */
  readonly quorum: number
  readonly index: number
  readonly acceptedAt: Seconds
  readonly expiresAt: Seconds
  /** For the sender all of them; for a recipient itself alone. */
  readonly recipients: readonly RecipientStatus[]
}

/** What an acknowledgement is answered with. */
export interface AcknowledgementAnswer {
  readonly index: number
  readonly receipt: Uint8Array
  readonly repeated: boolean
}
