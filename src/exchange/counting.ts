/** Answers for what an agreement's aggregation makes of a submission: what it is counted on, and what it adds to later counts. */
import type { PartyId } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { type Countable, isCounted, windowsOf } from '../../protocol/policy/counting.ts'
import type { Database } from '../database/open.ts'
import { type CountedRow, type Counting, countTransfers } from './counts-table.ts'

export interface CountableTransfer extends Countable {
  readonly from: PartyId
  readonly to: readonly PartyId[]
}

/** Counts for each recipient; nothing, and without asking the database, where the agreement counts nothing. */
export async function countedOn(
  database: Database,
  transfer: CountableTransfer,
  agreement: Agreement | undefined,
): Promise<readonly CountedRow[]> {
  const { from: sender, to, category } = transfer
  const windows = windowsOf(agreement, transfer)
  const wanted = [...new Set(to)].flatMap((recipient) =>
    windows.map((window) => ({ sender, recipient, category, ...window })),
  )
  const counts = await countTransfers(database, wanted)
  return wanted.map((row, i) => ({ ...row, count: counts[i] ?? 0 }))
}

/** As a question has it: by recipient, in the order of the agreement. */
export function countedFor(rows: readonly CountedRow[]): ReadonlyMap<PartyId, readonly number[]> | undefined {
  if (rows.length === 0) return undefined
  const byRecipient = Map.groupBy(rows, ({ recipient }) => recipient)
  return new Map([...byRecipient].map(([recipient, own]) => [recipient, own.map(({ count }) => count)]))
}

export function countingOf(
  transfer: CountableTransfer,
  on: readonly CountedRow[],
  permitted: boolean,
): Counting {
  const { from: sender, to, category, at } = transfer
  const recipients = permitted && isCounted(transfer) ? [...new Set(to)] : []
  return { on, adds: recipients.map((recipient) => ({ sender, recipient, category, at })) }
}
