/** Answers for what a witness keeps: how far it cosigned each ledger, and the proofs that a ledger has two histories. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // One row for a ledger: it moves forward under the condition that it is where it was read.
  `create table witnessed_ledgers (
    origin text primary key,
    size bigint not null check (size >= 0),
    note text not null,
    cosigned_at bigint not null,
    stopped boolean not null default false
  )`,
  `create table witness_conflicts (
    digest bytea primary key check (octet_length(digest) = 32),
    origin text not null,
    size bigint not null,
    held text not null,
    other text not null,
    found_at bigint not null,
    resumed_at bigint
  )`,
]
