/**
 * Answers for commits that do not wait for the disk. What they write is lost with a crash of the database unless a later
 * commit was waited for, which takes everything before it to the disk too.
 */
import { type RawBuilder, sql } from 'kysely'

/** For one statement that returns rows, in a transaction of its own; without rows it is as any other. */
export function hasty<T>(statement: RawBuilder<T>): RawBuilder<T> {
  return sql<T>`
    with hasty as materialized (select set_config('synchronous_commit', 'off', true)), done as (${statement})
    select done.* from done cross join hasty`
}
