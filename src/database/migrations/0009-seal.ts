/** Answers for the seal of the ledger's head. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(database)
}

const statement = `alter table ledger_head add column seal bytea check (octet_length(seal) = 64)`
