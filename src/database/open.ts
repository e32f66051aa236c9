/** Answers for opening the database: PostgreSQL by its URL, or the embedded one in a directory, brought up to date. */
import { Kysely, type Transaction as KyselyTransaction } from 'kysely'
import { embeddedDialect } from './embedded.ts'
import { migrate } from './migrate.ts'
import { postgresqlDialect } from './postgresql.ts'
import type { Schema } from './schema.ts'

/** `destroy()` closes it. */
export type Database = Kysely<Schema>
/** A function that changes rows takes the transaction first. */
export type Transaction = KyselyTransaction<Schema>

export type DatabaseSource =
  | { readonly kind: 'postgresql'; readonly url: string }
  | { readonly kind: 'embedded'; readonly directory: string }

/** Throws `DatabaseRefused`: in use, newer than the program, unreachable, not durable, or damaged. */
export async function openDatabase(source: DatabaseSource): Promise<Database> {
  const dialect =
    source.kind === 'postgresql'
      ? await postgresqlDialect(source.url)
      : await embeddedDialect(source.directory)
  const database = new Kysely<Schema>({ dialect })
  try {
    await migrate(database)
    return database
  } catch (error) {
    await database.destroy()
    throw error
  }
}
