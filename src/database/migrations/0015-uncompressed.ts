/** Answers for bytes that are stored as they are: ciphertext does not get smaller, however long one tries. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  'alter table envelopes alter column bytes set storage external',
  'alter table outbox alter column peer_receipt set storage external',
]
