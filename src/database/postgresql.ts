/** Answers for PostgreSQL as the program uses it: its types, its pool, and who is asked when there are several hosts. */
import { setTimeout } from 'node:timers/promises'
import { type Dialect, Kysely, PostgresAdapter, sql as raw } from 'kysely'
import type { ParameterOrJSON, Sql, TransactionSql } from 'postgres'
import { dialectOver, type Query } from './dialect.ts'
import { postgres } from './driver.ts'
import { DatabaseRefused } from './refusal.ts'
import { ByteaArray, byteaArrayType, parseBigint, parseBytea } from './values.ts'

// PGBouncer in transaction mode: add ?prepare=false to the URL, for it hands each transaction another connection.
export async function postgresqlDialect(url: string): Promise<Dialect> {
  const client = postgres(url, {
    connect_timeout: 10,
    onnotice: () => undefined,
    types: {
      bytea: { to: 17, from: [17], serialize: (bytes: Uint8Array) => bytes, parse: parseBytea },
      bigint: { to: 20, from: [20], serialize: String, parse: parseBigint },
    },
    // Among several hosts only the primary: `read-write` accepts a standby.
    ...(hosts(url) > 1 && { target_session_attrs: 'primary' }),
  })
  const dialect = dialectOver(
    {
      query: queryOn(client),
      transaction: async (settings, work) => {
        await client.begin(settings, async (connection) => {
          // Sent ahead of the first statement without waiting for its answer.
          await Promise.all([connection.unsafe(forTransaction), work(queryOn(connection))])
        })
      },
      // A connection that was lost with a statement under way would be waited for without end.
      close: () => client.end({ timeout: 1 }),
    },
    new PostgresAdapter(),
  )
  await ask(dialect, url)
  return dialect
}

// A program that is stopped, or cut off, within a transaction holds its locks; the server ends it, and others go on. What a
// transaction looks for it finds by an index, and a plan that was made of a small table is kept when it has grown. Local
// settings are for PGBouncer, which refuses them at the start of a connection.
const forTransaction = "set local idle_in_transaction_session_timeout = '5s'; set local enable_seqscan = off"

function queryOn(client: Sql | TransactionSql): Query {
  return async (sql, parameters) => {
    const given = parameters.map((value) =>
      value instanceof ByteaArray ? client.typed(value.bytes, byteaArrayType) : value,
    )
    const rows = await client.unsafe(sql, given as ParameterOrJSON<never>[], { prepare: true })
    return { rows: Array.from(rows), command: rows.command, count: rows.count }
  }
}

function hosts(url: string): number {
  return authority(url).split(',').length
}

/** Host and port, without the user and password. */
function authority(url: string): string {
  return /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]*)/i.exec(url)?.[1] ?? ''
}

async function ask(dialect: Dialect, url: string): Promise<void> {
  const database = new Kysely<unknown>({ dialect })
  try {
    await withinTime(raw`select 1`.execute(database))
  } catch (error) {
    await database.destroy()
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
    const message = `PostgreSQL at ${authority(url)} cannot be reached (${reason}). Check DATABASE_URL, and that the server runs and lets this user in.`
    throw new DatabaseRefused('unreachable', message, { cause: error })
  }
}

const mostMilliseconds = 15_000

/** Among several hosts of which none is a primary the client looks for one without end. */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  const stop = new AbortController()
  const late = setTimeout(mostMilliseconds, undefined, { signal: stop.signal }).then(() => {
    throw new Error('none of the hosts is a primary that answers')
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    stop.abort()
    late.catch(() => undefined)
  }
}
