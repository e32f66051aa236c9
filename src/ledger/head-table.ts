/** Answers for the ledger's head, the one row of `ledger_head`: where the ledger is, and who may move it. */
import { type Generated, type RawBuilder, sql } from 'kysely'
import type { Database, Transaction } from '../database/open.ts'

export interface Head {
  /** protocol/ledger/entry `descriptor`: what the first entry chains to. */
  readonly descriptor: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  /** The hash of the last leaf, which the next entry names. */
  readonly last: Uint8Array
  /** seal.ts; null of an empty ledger. */
  readonly seal: Uint8Array | null
  /** Grows whenever a writer must be sure that no earlier batch can still commit. */
  readonly fence: number
}

export interface HeadRow extends Head {
  readonly one: Generated<boolean>
  readonly origin: string
}

/** `undefined` before the first start of a sequencer. */
export async function readHead(database: Database): Promise<Head | undefined> {
  return database
    .selectFrom('ledger_head')
    .select(['descriptor', 'size', 'root', 'last', 'seal', 'fence'])
    .executeTakeFirst()
}

/** The same, and nobody else moves it before the end of the transaction. Who waits longest is next. */
export async function lockHead(tx: Transaction): Promise<Head | undefined> {
  return tx
    .selectFrom('ledger_head')
    .select(['descriptor', 'size', 'root', 'last', 'seal', 'fence'])
    .forUpdate()
    .executeTakeFirst()
}

/** The ledger's first row, unless another replica was first. */
export async function insertHead(database: Database, origin: string, head: Head): Promise<void> {
  await database
    .insertInto('ledger_head')
    .values({ origin, ...head })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * From here no batch that was sent before can commit any more: this waits for one that is committing, and whatever comes
 * later finds another fence. What the tables say then is the outcome.
 */
export async function raiseFence(database: Database): Promise<void> {
  await database
    .updateTable('ledger_head')
    .set(({ eb }) => ({ fence: eb('fence', '+', 1) }))
    .execute()
}

/** A statement with one row when the head moved from exactly there, and none otherwise. It holds the row's lock. */
export function moveHead(
  from: Pick<Head, 'size' | 'fence'>,
  to: Pick<Head, 'size' | 'root' | 'last' | 'seal'>,
): RawBuilder<unknown> {
  return sql`
    update ledger_head set size = ${to.size}, root = ${to.root}, last = ${to.last}, seal = ${to.seal}
    where size = ${from.size} and fence = ${from.fence}
    returning one`
}
