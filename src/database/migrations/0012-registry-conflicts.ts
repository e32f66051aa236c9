/** Answers for the table of registry conflicts: proof that the roots signed two documents of one version. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table registry_conflicts (
    document_digest bytea primary key,
    version bigint not null,
    bytes bytea not null,
    found_at bigint not null
  )`)
    .execute(database)
}
