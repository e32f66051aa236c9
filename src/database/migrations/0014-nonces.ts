/** Answers for the table of nonces that signed requests used up. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table nonces (
    nonce text primary key,
    expires bigint not null
  )`,
  'create index nonces_expires on nonces (expires)',
]
