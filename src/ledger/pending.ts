/** Answers for events between push and answer: what can be made of them ahead, and how many go into one batch. */
import { newEntryKey, type SaltedRecord, saltRecord } from '../../protocol/ledger/entry.ts'
import { recordBytes } from '../../protocol/ledger/record.ts'
import type { Entered } from './answer.ts'
import type { NewEvent } from './sequencer.ts'

export interface Pending {
  readonly event: NewEvent
  readonly record: Uint8Array
  readonly secret: Uint8Array
  /** Its commitment is like no other, for the secret is random: by it a writer knows its own entry again. */
  readonly salted: SaltedRecord
  /** Of all that goes to the database with it, roughly. */
  readonly weight: number
  readonly answered: PromiseWithResolvers<Entered>
  attempts: number
}

export function pend(event: NewEvent): Pending {
  const secret = newEntryKey()
  const record = recordBytes(event.record)
  const salted = saltRecord(event.record, secret)
  const weight = event.effects.reduce((sum, { row }) => sum + weightOf(row), record.length)
  return { event, record, secret, salted, weight, answered: Promise.withResolvers(), attempts: 0 }
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

/** Takes what waits, in its order: as much as one transaction should hold, and at least one. */
export function takeBatch(waiting: Pending[]): readonly Pending[] {
  let weight = 0
  const end = waiting.findIndex((pending, i) => {
    weight += pending.weight
    return i > 0 && (i >= greatestCount || weight > greatestWeight)
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}
