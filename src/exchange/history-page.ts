/** Answers for the shapes of the history of transfers: what is asked, and a page of what is told. */
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'

/** What happened to a transfer, and so stands in its history. */
export const transferEvents = [
  'submission-acceptance',
  'submission-rejection',
  'relay-acceptance',
  'relay-rejection',
  'relay-failure',
  'content-consignment',
  'content-handover',
] as const satisfies readonly LedgerRecord['event'][]

export type TransferEvent = (typeof transferEvents)[number]

/** Everything that is given must fit. */
export interface HistoryQuery {
  /** Entries before this index; from the newest on when absent. */
  readonly before?: number
  readonly limit: number
  readonly outcome?: 'permitted' | 'refused'
  readonly event?: TransferEvent
  /** As sender or as recipient. */
  readonly party?: PartyId
  readonly from?: PartyId
  readonly to?: PartyId
  /** The beginning of an envelope's id. */
  readonly transfer?: string
  /** Code of a ground or of a refusal. */
  readonly ground?: string
  readonly since?: Seconds
  readonly until?: Seconds
}

export interface HistoryLine {
  readonly index: number
  readonly event: TransferEvent
  readonly outcome: 'permitted' | 'refused'
  readonly record: LedgerRecord
}

export interface HistoryPage {
  readonly lines: readonly HistoryLine[]
  /** Where the next page begins; absent at the beginning of the ledger. */
  readonly next?: number
}
