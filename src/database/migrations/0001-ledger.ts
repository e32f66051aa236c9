/** Answers for the tables of the ledger: its head, entries, full tiles and checkpoints. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create table ledger_head (
    one boolean primary key default true check (one),
    origin text not null,
    descriptor bytea not null,
    size bigint not null check (size >= 0),
    root bytea not null check (octet_length(root) = 32),
    last bytea not null check (octet_length(last) = 32),
    fence bigint not null
  )`,
  `create table ledger_entry (
    index bigint primary key check (index >= 0),
    leaf bytea not null,
    record bytea,
    secret bytea check (octet_length(secret) = 32),
    key text not null constraint ledger_entry_key unique,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    check ((record is null) = (secret is null))
  )`,
  `create table ledger_tile (
    level integer not null,
    index bigint not null,
    hashes bytea not null check (octet_length(hashes) = 8192),
    primary key (level, index)
  )`,
  // The primary key is the promise that no size is ever signed with two roots.
  `create table ledger_checkpoint (
    size bigint primary key,
    root bytea not null check (octet_length(root) = 32),
    signed bigint,
    note text,
    signatures bytea,
    check ((note is null) = (signed is null) and (note is null) = (signatures is null))
  )`,
  'create index ledger_checkpoint_unsigned on ledger_checkpoint (size) where note is null',
]
