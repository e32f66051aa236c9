/** Answers for the lines of an inbox, and for the cursor that pages through them. */
import type { MessageType } from '../../protocol/envelope/format.ts'
import type { Label } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Justification } from '../../protocol/policy/justification.ts'

/** A place in the order in which this gateway accepted: 0 is before everything. */
export type Cursor = number

export interface InboxItem {
  readonly cursor: Cursor
  readonly id: string
  readonly issuer: PartyId
  readonly digest: Uint8Array
  readonly messageType: MessageType
  readonly label: Label
  readonly purpose: string
  readonly agreement: string
  readonly justification?: Justification
  readonly issuedAt: Seconds
  readonly expiresAt: Seconds
  readonly bytes: number
  /** What this party has acknowledged of it. */
  readonly state: 'waiting' | 'consigned' | 'opened' | 'refused'
}

export interface InboxQuery {
  readonly after: Cursor
  /** At most 100. */
  readonly limit: number
  /** Waits so long for something new when there is nothing; at most the configured `longPollSeconds`. */
  readonly waitSeconds: Seconds
  readonly signal: AbortSignal
}

export interface InboxPage {
  readonly items: readonly InboxItem[]
  /** For the next query: the last item's cursor, or the one that was asked with. */
  readonly next: Cursor
}
