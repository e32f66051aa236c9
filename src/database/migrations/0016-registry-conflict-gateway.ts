/** Answers for the column that tells which gateway brought the other document of a registry conflict. */
import { type Kysely, sql } from 'kysely'

/** Of conflicts found before, nobody knows it. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table registry_conflicts add column gateway text').execute(database)
}
