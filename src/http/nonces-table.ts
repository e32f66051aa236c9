/**
 * Answers for the table of nonces: what any replica has taken is taken for all of them, and after a restart. Claims that come
 * while others are written go together, in one statement and one flush of the disk.
 */
import { sql } from 'kysely'
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import type { Database } from '../database/open.ts'
import { bigintColumn, textColumn } from '../database/values.ts'
import type { NonceStore } from './nonces.ts'

export interface NonceRow {
  /** The id of the key and what it used. */
  readonly nonce: string
  readonly expires: number
}

interface Waiting extends NonceRow {
  readonly resolve: (isNew: boolean) => void
  readonly reject: (error: unknown) => void
}

const forgetEverySeconds = 60

export function sharedNonces(database: Database): NonceStore {
  let waiting: Waiting[] = []
  let [writing, forgotten] = [false, 0]
  const write = async (now: number): Promise<void> => {
    if (writing) return
    writing = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      const due = now - forgotten >= forgetEverySeconds
      if (due) forgotten = now
      await settle(database, batch, due ? now : undefined)
    }
    writing = false
  }
  return {
    claim: (keyId, nonce, expires, now) =>
      new Promise((resolve, reject) => {
        waiting.push({ nonce: `${keyId} ${nonce}`, expires, resolve, reject })
        void write(now)
      }),
  }
}

async function settle(database: Database, batch: readonly Waiting[], forgetAt?: number): Promise<void> {
  try {
    if (forgetAt !== undefined) await forget(database, forgetAt)
    const taken = new Set(await insertNonces(database, batch))
    // Deleting tells the first of two equal ones from the second.
    for (const { nonce, resolve } of batch) resolve(taken.delete(nonce))
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

async function insertNonces(database: Database, rows: readonly NonceRow[]): Promise<readonly string[]> {
  const inserted = await sql<Pick<NonceRow, 'nonce'>>`
    insert into nonces (nonce, expires)
    select nonce, expires from unnest(
      ${textColumn(rows.map(({ nonce }) => nonce))}, ${bigintColumn(rows.map(({ expires }) => expires))}
    ) as given (nonce, expires)
    on conflict do nothing returning nonce`.execute(database)
  return inserted.rows.map(({ nonce }) => nonce)
}

// The clock of the replica that forgets may be ahead of the one that is asked next.
async function forget(database: Database, now: number): Promise<void> {
  await database
    .deleteFrom('nonces')
    .where('expires', '<', now - clockSkewSeconds)
    .execute()
}
