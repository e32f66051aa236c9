/**
 * Answers for the tables of withdrawals: who received which attestation, what its issuer has stated about it since, whom this
 * gateway still has to tell, and the indexes of its own status lists.
 */
import { type Kysely, sql } from 'kysely'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // The release list, of what was sent from here and of what was opened here.
  `create table attestation_receivers (
    attestation bytea not null,
    attestation_issuer text not null,
    issuer text not null,
    id text not null,
    party text not null,
    sent boolean not null,
    at bigint not null,
    primary key (attestation, issuer, id, party)
  )`,
  'create index attestation_receivers_envelope on attestation_receivers (issuer, id)',
  `create table withdrawals (
    issuer text not null,
    attestation bytea not null,
    sequence bigint not null,
    kind text not null,
    bytes bytea not null,
    at bigint not null,
    entry_key text not null,
    primary key (issuer, attestation, sequence)
  )`,
  // Whom to tell of what; in the envelope that took the attestation to them is how.
  `create table withdrawal_duties (
    issuer text not null,
    attestation bytea not null,
    sequence bigint not null,
    party text not null,
    release_id text not null,
    since bigint not null,
    done boolean not null default false,
    primary key (issuer, attestation, sequence, party),
    foreign key (issuer, attestation, sequence) references withdrawals
  )`,
  'create index withdrawal_duties_open on withdrawal_duties (since) where not done',
  `create table withdrawal_sendings (
    id text primary key,
    issuer text not null,
    attestation bytea not null,
    sequence bigint not null,
    party text not null,
    allowed boolean not null,
    again_at bigint not null,
    foreign key (issuer, attestation, sequence, party) references withdrawal_duties
  )`,
  'create index withdrawal_sendings_duty on withdrawal_sendings (issuer, attestation, sequence, party)',
  // What came, and is not entered yet.
  `create table withdrawal_arrivals (
    issuer text not null,
    id text not null,
    primary key (issuer, id)
  )`,
  `create table status_indexes (
    list bigint not null,
    index bigint not null,
    attestation bytea,
    primary key (list, index)
  )`,
  'create index status_indexes_attestation on status_indexes (attestation)',
]
