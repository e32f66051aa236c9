/** Answers for the tables of the exchange: envelopes with their decisions, inboxes, the outbox, acknowledgements, registry versions. */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // Denied envelopes keep their decision and header; bytes are kept only where they may be delivered.
  `create table envelopes (
    issuer text not null,
    id text not null,
    digest bytea not null,
    allowed boolean not null,
    decision bytea not null,
    header bytea not null,
    bytes bytea,
    accepted_at bigint not null,
    expires_at bigint not null,
    entry_key text not null unique,
    fingerprint bytea not null,
    primary key (issuer, id),
    check (allowed = (bytes is not null))
  )`,
  'create index envelopes_by_id on envelopes (id)',
  // Positions ascend in the order of commit: the ledger's fence lets one transaction at a time insert here.
  `create table inbox (
    position bigint generated always as identity primary key,
    party text not null,
    issuer text not null,
    id text not null,
    state text not null check (state in ('waiting', 'consigned', 'opened', 'refused')),
    consigned_to_reader boolean not null default false,
    handed_over boolean not null default false,
    unique (issuer, id, party),
    foreign key (issuer, id) references envelopes (issuer, id)
  )`,
  'create index inbox_of_party on inbox (party, position)',
  `create table acknowledgements (
    issuer text not null,
    id text not null,
    recipient text not null,
    outcome text not null check (outcome in ('consigned', 'opened', 'refused')),
    code text,
    digest bytea not null,
    bytes bytea not null,
    at bigint not null,
    entry_key text not null,
    primary key (issuer, id, recipient, outcome),
    foreign key (issuer, id) references envelopes (issuer, id)
  )`,
  `create table outbox (
    position bigint generated always as identity primary key,
    kind text not null check (kind in ('envelope', 'acknowledgement')),
    gateway text not null,
    issuer text not null,
    id text not null,
    recipient text not null default '',
    outcome text not null default '',
    expires_at bigint not null,
    state text not null check (state in ('waiting', 'done', 'refused', 'failed')),
    attempts integer not null default 0,
    due_at timestamptz not null default now(),
    code text,
    peer_receipt bytea,
    entry_key text,
    unique (kind, gateway, issuer, id, recipient, outcome),
    foreign key (issuer, id) references envelopes (issuer, id)
  )`,
  "create index outbox_waiting on outbox (gateway, due_at) where state = 'waiting'",
  `create table registry_versions (
    version bigint primary key,
    digest bytea not null,
    bytes bytea not null,
    adopted_at bigint not null
  )`,
]
