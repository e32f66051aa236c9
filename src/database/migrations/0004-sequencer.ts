/** Answers for the counters of transfers between two parties, and for roots that are signed before their note is. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // The counter moves in the transaction of the entry that it names, which holds the same number in its record.
  `create table ledger_pair (
    sender text not null,
    recipient text not null,
    count bigint not null check (count > 0),
    entry bigint not null check (entry >= 0),
    primary key (sender, recipient)
  )`,
  'create index ledger_pair_entry on ledger_pair (entry)',
  // Receipts need the signatures of a root at once; its note is made when somebody will read it.
  'alter table ledger_checkpoint drop constraint ledger_checkpoint_check',
  `alter table ledger_checkpoint add constraint ledger_checkpoint_check
    check ((signed is null) = (signatures is null) and (note is null or signed is not null))`,
  'drop index ledger_checkpoint_unsigned',
  // Of a shredded record: the disclosure of its field `idempotency`, by which the row still proves whose it is.
  'alter table ledger_entry add column kept bytea',
]
