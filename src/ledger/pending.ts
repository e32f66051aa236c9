/** Answers for events between push and answer: what can be made of them ahead, and how many go into one batch. */
import { newEntryKey, type SaltedRecord } from '../../protocol/ledger/entry.ts'
import { idempotencyOf } from '../../protocol/ledger/idempotency.ts'
import { type LedgerRecord, recordBytes } from '../../protocol/ledger/record.ts'
import { saltBytes, saltsOf } from '../../protocol/ledger/salting.ts'
import type { Entered } from './answer.ts'
import type { NewEntry } from './entries-table.ts'
import type { Numbering, PairCounter, PairNumbers } from './pair-counter.ts'
import type { NewEvent } from './sequencer.ts'

/** What is made of an event before it has its place: all but the leaf. */
export interface Prepared {
  /** The numbers that its record holds. */
  readonly numbers: PairNumbers | undefined
  readonly row: Omit<NewEntry, 'leaf'>
  /** Its commitment is like no other, for the secret is random: by it a writer knows its own entry again. */
  readonly salted: SaltedRecord
}

export interface Pending {
  readonly event: NewEvent
  prepared: Prepared
  /** Of all that goes to the database with it, roughly. */
  readonly weight: number
  readonly answered: PromiseWithResolvers<Entered>
  /** Its transfer waits no more: it is entered, or will not be. */
  readonly forget: () => void
  attempts: number
}

export function pend(event: NewEvent, counter: PairCounter): Pending {
  const { counts, effects } = event
  const prepared = prepare(event, counts && counter.expect(counts))
  let waits = counts !== undefined
  const forget = (): void => {
    if (waits && counts !== undefined) counter.forget(counts)
    waits = false
  }
  const weight = effects.reduce((sum, { row }) => sum + weightOf(row), prepared.row.record.length)
  return { event, prepared, weight, answered: Promise.withResolvers(), forget, attempts: 0 }
}

function prepare({ key, fingerprint, record }: NewEvent, numbers: PairNumbers | undefined): Prepared {
  const whole: LedgerRecord = {
    ...record,
    idempotency: idempotencyOf(key, fingerprint),
    ...(numbers !== undefined && { pairSequence: numbers }),
  }
  const secret = newEntryKey()
  const bytes = recordBytes(whole)
  const row = { record: bytes, secret, key, fingerprint }
  return { numbers, row, salted: { record: whole, ...saltBytes(bytes, saltsOf(secret)) } }
}

/** The numbers that it gets at its place; where they are not those that it was prepared with, it is prepared again. */
export function renumber(pending: Pending, numbering: Numbering, index: number): void {
  const { event, prepared } = pending
  if (event.counts === undefined) return
  const numbers = numbering.next(event.counts, index)
  const holds = [...numbers].every(([recipient, number]) => prepared.numbers?.get(recipient) === number)
  if (!holds) pending.prepared = prepare(event, numbers)
}

function weightOf(row: unknown): number {
  if (typeof row !== 'object' || row === null) return 0
  return Object.values(row).reduce(
    (sum: number, value) => sum + (value instanceof Uint8Array ? value.length : 0),
    0,
  )
}

const greatestCount = 512
const greatestWeight = 8 * 1024 * 1024

/** Takes what waits, in its order: as much as one transaction should hold and no more than `limit`, and at least one. */
export function takeBatch(waiting: Pending[], limit: number): readonly Pending[] {
  const count = Math.min(limit, greatestCount)
  let weight = 0
  const end = waiting.findIndex((pending, i) => {
    weight += pending.weight
    return i > 0 && (i >= count || weight > greatestWeight)
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}
