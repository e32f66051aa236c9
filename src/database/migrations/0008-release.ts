/** Answers for what waits for witnesses, and for their cosignatures of this ledger's checkpoints. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // What was accepted before went on its way at once.
  `alter table envelopes
    add column quorum integer not null default 0 check (quorum >= 0),
    add column released boolean not null default true`,
  'create index envelopes_held on envelopes (quorum) where not released',
  'alter table outbox add column held boolean not null default false',
  `create table ledger_cosignature (
    size bigint not null,
    witness text not null,
    lines text not null,
    at bigint not null,
    primary key (size, witness)
  )`,
]
