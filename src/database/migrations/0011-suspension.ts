/** Answers for the tables of suspensions: every notice that was taken, in the order of the ledger, and who was told of it. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // The greatest position is the version by which a decision says what it was made on.
  `create table suspension_notices (
    position bigint primary key,
    agreement text not null,
    party text not null,
    sequence bigint not null,
    digest bytea not null unique,
    bytes bytea not null,
    unique (agreement, party, sequence)
  )`,
  `create table suspension_deliveries (
    position bigint not null references suspension_notices,
    gateway text not null,
    at bigint not null,
    primary key (position, gateway)
  )`,
]
