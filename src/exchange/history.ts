/**
 * Answers for the history of transfers: what the ledger's records say of them, the newest first, searched. One request
 * looks at a bounded number of entries, so that a search through a long ledger is many short ones.
 */
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import { readEntries } from '../ledger/entries-table.ts'
import { readHead } from '../ledger/head-table.ts'
import type { Gateway } from './gateway.ts'
import {
  type HistoryLine,
  type HistoryPage,
  type HistoryQuery,
  type TransferEvent,
  transferEvents,
} from './history-page.ts'

const looksAt = 2048
/** Entries are in the order in which they were decided, give or take the time that one waits. */
const disorderSeconds = 600

export async function history({ database }: Gateway, query: HistoryQuery): Promise<HistoryPage> {
  const size = (await readHead(database))?.size ?? 0
  const end = Math.min(query.before ?? size, size)
  const start = Math.max(0, end - looksAt)
  const lines: HistoryLine[] = []
  for (const { index, record: bytes } of (await readEntries(database, { start, end })).toReversed()) {
    // A record that was shredded says nothing any more.
    const record = bytes === null ? undefined : parseRecord(bytes)
    if (record === undefined) continue
    if (record.at < (query.since ?? 0) - disorderSeconds) return { lines }
    if (isOfTransfer(record) && fits(record, query))
      lines.push({ index, event: record.event, outcome: outcomeOf(record), record })
    if (lines.length === query.limit) return pageUntil(lines, index)
  }
  return pageUntil(lines, start)
}

function pageUntil(lines: readonly HistoryLine[], next: number): HistoryPage {
  return next === 0 ? { lines } : { lines, next }
}

type TransferRecord = LedgerRecord & { readonly event: TransferEvent }

function isOfTransfer(record: LedgerRecord): record is TransferRecord {
  return (transferEvents as readonly string[]).includes(record.event)
}

function outcomeOf({ event }: TransferRecord): HistoryLine['outcome'] {
  return event.endsWith('-rejection') || event.endsWith('-failure') ? 'refused' : 'permitted'
}

function fits(record: TransferRecord, query: HistoryQuery): boolean {
  const { event, at, from, to = [], transfer = '', actor } = record
  const { party } = query
  return (
    (query.event === undefined || event === query.event) &&
    (query.outcome === undefined || outcomeOf(record) === query.outcome) &&
    (party === undefined || from === party || actor === party || to.includes(party)) &&
    (query.from === undefined || from === query.from) &&
    (query.to === undefined || to.includes(query.to)) &&
    transfer.startsWith(query.transfer ?? '') &&
    (query.ground === undefined || codesOf(record).includes(query.ground)) &&
    at >= (query.since ?? 0) &&
    at < (query.until ?? Infinity)
  )
}

/** Of the grounds of a denial, or of a refusal before any decision. */
function codesOf({ decision, detail, event }: TransferRecord): readonly string[] {
  const before = event.endsWith('-acceptance') || detail === undefined ? [] : [detail]
  return [...(decision?.grounds ?? []), ...before].map((line) => line.split(/[ :]/, 1)[0] ?? '')
}
