/**
 * Answers for numbering the transfers between two parties without a gap: what is entered is counted, and what waits is
 * numbered ahead as if everything before it were entered. At the commit the numbers are made again, and must be the same.
 */
import type { PartyId } from '../../protocol/names.ts'
import type { PairRow } from './pairs-table.ts'

/** The transfer that an event counts. */
export interface CountedTransfer {
  readonly from: PartyId
  readonly to: readonly PartyId[]
}

/** By recipient: how many transfers the sender has sent to it, this one counted. */
export type PairNumbers = ReadonlyMap<PartyId, number>

export interface PairCounter {
  /** The numbers of a transfer that is entered after all that wait. It waits until `forget`. */
  readonly expect: (transfer: CountedTransfer) => PairNumbers
  readonly forget: (transfer: CountedTransfer) => void
  /** Numbers transfers as they are entered, in their order. Nothing is counted before `learn`. */
  readonly begin: () => Numbering
  /** What the tables say of these pairs now. */
  readonly learn: (rows: readonly PairRow[]) => void
  /** What the tables say of all pairs now. */
  readonly relearn: (rows: readonly PairRow[]) => void
}

export interface Numbering {
  readonly next: (transfer: CountedTransfer, entry: number) => PairNumbers
  /** The counters that moved, as they are then. */
  readonly moved: () => readonly PairRow[]
}

export function createPairCounter(): PairCounter {
  const entered = new Map<string, number>()
  const waiting = new Map<string, number>()
  const learn = (rows: readonly PairRow[]): void => {
    for (const { sender, recipient, count } of rows) entered.set(nameOf(sender, recipient), count)
  }
  return {
    expect: ({ from, to }) =>
      numbered(to, (recipient) => {
        const pair = nameOf(from, recipient)
        const ahead = (waiting.get(pair) ?? 0) + 1
        waiting.set(pair, ahead)
        return (entered.get(pair) ?? 0) + ahead
      }),
    forget: ({ from, to }) => {
      for (const recipient of new Set(to)) {
        const pair = nameOf(from, recipient)
        const left = (waiting.get(pair) ?? 0) - 1
        if (left > 0) waiting.set(pair, left)
        else waiting.delete(pair)
      }
    },
    begin: () => beginNumbering(entered),
    learn,
    relearn: (rows) => {
      entered.clear()
      learn(rows)
    },
  }
}

function beginNumbering(entered: ReadonlyMap<string, number>): Numbering {
  const moved = new Map<string, PairRow>()
  return {
    next: ({ from, to }, entry) =>
      numbered(to, (recipient) => {
        const pair = nameOf(from, recipient)
        const count = (moved.get(pair)?.count ?? entered.get(pair) ?? 0) + 1
        moved.set(pair, { sender: from, recipient, count, entry })
        return count
      }),
    moved: () => [...moved.values()],
  }
}

function numbered(to: readonly PartyId[], numberOf: (recipient: PartyId) => number): PairNumbers {
  return new Map([...new Set(to)].map((recipient) => [recipient, numberOf(recipient)]))
}

/** No party's id has a space. */
function nameOf(from: PartyId, to: PartyId): string {
  return `${from} ${to}`
}
