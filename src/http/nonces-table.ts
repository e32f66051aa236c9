/**
 * Answers for the table of nonces: what any replica has taken is taken for all of them, and after a restart. Claims that come
 * while others are written go together, in one statement.
 */
import { sql } from 'kysely'
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import { hasty } from '../database/hasty.ts'
import type { Database } from '../database/open.ts'
import { together } from '../database/together.ts'
import { bigintColumn, textColumn } from '../database/values.ts'
import type { NonceStore } from './nonces.ts'

export interface NonceRow {
  /** The id of the key and what it used. */
  readonly nonce: string
  readonly expires: number
}

const forgetEverySeconds = 60

export function sharedNonces(database: Database): NonceStore {
  let forgotten = 0
  const forgetIfDue = async (now: number): Promise<void> => {
    if (now - forgotten < forgetEverySeconds) return
    forgotten = now
    await forget(database, now)
  }
  const claimed = together(async (claims: readonly (NonceRow & { readonly now: number })[]) => {
    await forgetIfDue(Math.max(...claims.map(({ now }) => now)))
    const taken = new Set(await insertNonces(database, claims))
    // Deleting tells the first of two equal ones from the second.
    return claims.map(({ nonce }) => taken.delete(nonce))
  })
  return { claim: (keyId, nonce, expires, now) => claimed({ nonce: `${keyId} ${nonce}`, expires, now }) }
}

// An entry that a request leads to takes its nonce to the disk with it: whoever can repeat the request after a crash of the
// database repeats one that had no effect.
async function insertNonces(database: Database, rows: readonly NonceRow[]): Promise<readonly string[]> {
  const inserting = sql<Pick<NonceRow, 'nonce'>>`
    insert into nonces (nonce, expires)
    select nonce, expires from unnest(
      ${textColumn(rows.map(({ nonce }) => nonce))}, ${bigintColumn(rows.map(({ expires }) => expires))}
    ) as given (nonce, expires)
    on conflict do nothing returning nonce`
  const inserted = await hasty(inserting).execute(database)
  return inserted.rows.map(({ nonce }) => nonce)
}

// The clock of the replica that forgets may be ahead of the one that is asked next.
async function forget(database: Database, now: number): Promise<void> {
  await database
    .deleteFrom('nonces')
    .where('expires', '<', now - clockSkewSeconds)
    .execute()
}
