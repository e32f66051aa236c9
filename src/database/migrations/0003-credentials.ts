/** Answers for the table of API credentials. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(database)
}

// Revoked credentials stay: the logger names callers by their ids.
const statement = `create table credentials (
  id text primary key check (id ~ '^[0-9a-f]{16}$'),
  name text not null,
  roles text not null check (roles ~ '^[a-z]+( [a-z]+)*$'),
  salt bytea not null check (octet_length(salt) = 16),
  digest bytea not null check (octet_length(digest) = 32),
  created bigint not null,
  expires bigint,
  revoked bigint
)`
