/** Answers for the rows that commit with an entry: each goes to the bulk writer of the file that owns its table. */
import type { Transaction } from '../database/open.ts'

/** Writes many rows of one table at once. */
export type Writer<Row> = (tx: Transaction, rows: readonly Row[]) => Promise<void>

/** One row, and who writes it. */
export interface Effect {
  readonly writer: Writer<never>
  readonly row: unknown
}

export function effect<Row>(writer: Writer<Row>, row: Row): Effect {
  return { writer, row }
}

/** Calls every writer once, with its rows of all items in their order. */
export async function applyEffects(tx: Transaction, items: readonly (readonly Effect[])[]): Promise<void> {
  const groups = new Map<Writer<never>, unknown[]>(inOrder(items).map((writer) => [writer, []]))
  for (const { writer, row } of items.flat()) groups.get(writer)?.push(row)
  // `effect` is the only maker of effects, and pairs a row with a writer of such rows.
  for (const [writer, rows] of groups) await writer(tx, rows as never[])
}

/** One order of writers that keeps that of each item: a row that another refers to is written first. */
function inOrder(items: readonly (readonly Effect[])[]): readonly Writer<never>[] {
  const order: Writer<never>[] = []
  for (const effects of items) {
    let after = -1
    for (const { writer } of effects) {
      const place = order.indexOf(writer)
      if (place < 0) order.splice(after + 1, 0, writer)
      after = place < 0 ? after + 1 : Math.max(after, place)
    }
  }
  return order
}
