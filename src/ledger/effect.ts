/** Answers for the rows that commit with an entry: each goes to the file that owns its table, with all others of its kind. */
import type { RawBuilder } from 'kysely'
import type { Transaction } from '../database/open.ts'

/** The one statement that writes many rows of a table. It goes with the entries; rows of the same batch it does not see. */
export type Statement<Row> = (rows: readonly Row[]) => RawBuilder<unknown>

/** Writes many rows after the entries and all statements, for what has to look first or to be seen by the next. */
export type Writer<Row> = (tx: Transaction, rows: readonly Row[]) => Promise<void>

/** One row, and who writes it. */
export type Effect =
  | { readonly row: unknown; readonly statement: Statement<never> }
  | { readonly row: unknown; readonly writer: Writer<never> }

/** What a batch writes beside its entries. */
export interface Effects {
  readonly statements: readonly RawBuilder<unknown>[]
  readonly afterwards: (tx: Transaction) => Promise<void>
}

export function rowOf<Row>(statement: Statement<Row>, row: Row): Effect {
  return { row, statement }
}

export function effect<Row>(writer: Writer<Row>, row: Row): Effect {
  return { row, writer }
}

/** Every statement and every writer once, with its rows of all items in their order. */
export function gather(items: readonly (readonly Effect[])[]): Effects {
  const statements = grouped(items, (each) => ('statement' in each ? each.statement : undefined))
  const writers = grouped(items, (each) => ('writer' in each ? each.writer : undefined))
  // `rowOf` and `effect` are the only makers of effects, and pair a row with who writes such rows.
  return {
    statements: [...statements].map(([statement, rows]) => statement(rows as never[])),
    afterwards: async (tx) => {
      for (const [writer, rows] of writers) await writer(tx, rows as never[])
    },
  }
}

function grouped<By>(
  items: readonly (readonly Effect[])[],
  by: (effect: Effect) => By | undefined,
): ReadonlyMap<By, unknown[]> {
  const groups = new Map<By, unknown[]>(inOrder(items, by).map((each) => [each, []]))
  for (const each of items.flat()) {
    const owner = by(each)
    if (owner !== undefined) groups.get(owner)?.push(each.row)
  }
  return groups
}

/** One order that keeps that of each item: a row that another refers to is written first. */
function inOrder<By>(
  items: readonly (readonly Effect[])[],
  by: (effect: Effect) => By | undefined,
): readonly By[] {
  const order: By[] = []
  for (const effects of items) {
    let after = -1
    for (const owner of effects.map(by)) {
      if (owner === undefined) continue
      const place = order.indexOf(owner)
      if (place < 0) order.splice(after + 1, 0, owner)
      after = place < 0 ? after + 1 : Math.max(after, place)
    }
  }
  return order
}
