/**
 * Answers for a process to be killed: it opens the embedded database of its argument and inserts number after number,
 * printing each after its commit.
 */
import { sql } from 'kysely'
import { openDatabase } from '../../../src/database/open.ts'

const database = await openDatabase({ kind: 'embedded', directory: process.argv[2] ?? '' })
await sql`create table if not exists numbers (number bigint primary key)`.execute(database)
const { rows } = await sql<{ last: number }>`select coalesce(max(number), 0) as last from numbers`.execute(
  database,
)
for (let number = (rows[0]?.last ?? 0) + 1; ; number++) {
  await sql`insert into numbers values (${number})`.execute(database)
  process.stdout.write(`${number}\n`)
}
