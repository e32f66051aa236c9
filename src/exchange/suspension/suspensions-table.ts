/**
 * Answers for the table of suspension notices. Its rows are written in the order of the ledger's entries, and in that same
 * order each decision that is entered is held against the notices before it: so the two cannot pass each other.
 */
import { sql } from 'kysely'
import type { PartyId } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'
import { Overtaken } from '../overtaken.ts'

interface NewNotice {
  readonly agreement: string
  readonly party: PartyId
  readonly sequence: number
  readonly digest: Uint8Array
  readonly bytes: Uint8Array
}

export interface NoticeRow extends NewNotice {
  /** 1, 2, 3 …: how many notices there were with this one. */
  readonly position: number
}

/** What an entry does here: it is a notice, or it was decided upon when there were so many. */
export type SuspensionStep =
  | { readonly notice: NewNotice }
  /** How many notices the decision knew. */
  | { readonly known: number }

/** Throws `Overtaken` when a notice was entered between a decision and its entry. Whoever calls holds the ledger's head, so that nobody else inserts meanwhile. */
export async function stepSuspensions(tx: Transaction, steps: readonly SuspensionStep[]): Promise<void> {
  let count = await lastPosition(tx)
  for (const step of steps) {
    if ('known' in step) {
      if (step.known !== count) throw new Overtaken(`${step.known} notices were known, of ${count}`)
      continue
    }
    count += 1
    await tx
      .insertInto('suspension_notices')
      .values({ position: count, ...step.notice })
      .execute()
  }
}

async function lastPosition(tx: Transaction): Promise<number> {
  const { rows } = await sql<{ last: number }>`
    select coalesce(max(position), 0) as last from suspension_notices`.execute(tx)
  return rows[0]?.last ?? 0
}

/** Those after a position, the first entered first. */
export async function noticesAfter(
  database: Database,
  position: number,
  limit?: number,
): Promise<readonly NoticeRow[]> {
  const query = database
    .selectFrom('suspension_notices')
    .selectAll()
    .where('position', '>', position)
    .orderBy('position')
  return (limit === undefined ? query : query.limit(limit)).execute()
}

export async function noticeBytes(database: Database, digest: Uint8Array): Promise<Uint8Array | undefined> {
  const row = await database
    .selectFrom('suspension_notices')
    .select('bytes')
    .where('digest', '=', digest)
    .executeTakeFirst()
  return row?.bytes
}
