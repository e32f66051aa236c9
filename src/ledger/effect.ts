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
  const along = items.flat().filter((each) => 'statement' in each)
  const after = items.map((effects) => effects.filter((each) => 'writer' in each))
  const rowsOf = (effects: readonly Effect[] = []) => effects.map(({ row }) => row as never)
  const byWriter = Map.groupBy(after.flat(), ({ writer }) => writer)
  // `rowOf` and `effect` are the only makers of effects, and pair a row with who writes such rows.
  return {
    statements: [...Map.groupBy(along, ({ statement }) => statement)].map(([statement, effects]) =>
      statement(rowsOf(effects)),
    ),
    afterwards: async (tx) => {
      for (const writer of inOrder(after)) await writer(tx, rowsOf(byWriter.get(writer)))
    },
  }
}

/** One order of writers that keeps that of each item: a row that another refers to is written first. */
function inOrder(
  items: readonly (readonly { readonly writer: Writer<never> }[])[],
): readonly Writer<never>[] {
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
