/** Answers for the tables of what watches over the ledger: the place of the scrubber, and time stamps of checkpoints. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table ledger_scrub (
    one boolean primary key default true check (one),
    place bytea not null,
    signature bytea not null
  )`,
  `create table ledger_timestamp (
    size bigint primary key,
    note text not null,
    token bytea not null,
    at bigint not null
  )`,
]
