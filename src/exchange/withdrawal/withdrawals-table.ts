/**
 * Answers for the tables of withdrawals: what issuers have stated, and to whom this gateway owes it. A statement and the
 * release list are written in transactions of the ledger, one after the other, so that neither misses the other's rows.
 */
import { sql } from 'kysely'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { WithdrawalKind } from '../../../protocol/withdrawal.ts'
import type { Database, Transaction } from '../../database/open.ts'
import { byteaColumn, textColumn } from '../../database/values.ts'
import type { EnvelopeName } from '../envelope-name.ts'

export interface AttestationName {
  readonly issuer: PartyId
  /** `attestationDigest` of it. */
  readonly attestation: Uint8Array
}

export interface WithdrawalRow extends AttestationName {
  readonly sequence: number
  readonly kind: WithdrawalKind
  /** As its issuer signed it. */
  readonly bytes: Uint8Array
  /** When it was entered here. */
  readonly at: Seconds
  readonly entry_key: string
}

/** Whom to tell of a statement, by the envelope that took the attestation to them. */
export interface DutyRow extends AttestationName {
  readonly sequence: number
  readonly party: PartyId
  readonly release_id: string
  readonly since: Seconds
  /** Acknowledged as opened. */
  readonly done: boolean
}

export async function insertWithdrawals(tx: Transaction, rows: readonly WithdrawalRow[]): Promise<void> {
  await tx.insertInto('withdrawals').values(rows).execute()
  await oweAll(tx, rows)
}

/**
 * Whatever was stated about these attestations is owed to all that they were sent to from here, but to their own issuer.
 * Of several envelopes to one party the last says under which agreement and label.
 */
export async function oweAll(tx: Transaction, names: readonly AttestationName[]): Promise<void> {
  await sql`
    insert into withdrawal_duties (issuer, attestation, sequence, party, release_id, since)
    select distinct on (stated.issuer, stated.attestation, stated.sequence, sent.party)
      stated.issuer, stated.attestation, stated.sequence, sent.party, sent.id, greatest(stated.at, sent.at)
    from unnest(
      ${textColumn(names.map(({ issuer }) => issuer))}, ${byteaColumn(names.map(({ attestation }) => attestation))}
    ) as given (issuer, attestation)
    join withdrawals stated on stated.issuer = given.issuer and stated.attestation = given.attestation
    join attestation_receivers sent
      on sent.attestation = given.attestation and sent.attestation_issuer = given.issuer
    where sent.sent and sent.party <> sent.attestation_issuer
    order by stated.issuer, stated.attestation, stated.sequence, sent.party, sent.at desc, sent.id
    on conflict do nothing`.execute(tx)
}

/** In the order of their numbers. */
export async function statementsOn(
  database: Database,
  { issuer, attestation }: AttestationName,
): Promise<readonly WithdrawalRow[]> {
  return database
    .selectFrom('withdrawals')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('attestation', '=', attestation)
    .orderBy('sequence')
    .execute()
}

/** The latest first. */
export async function latestWithdrawals(
  database: Database,
  limit: number,
): Promise<readonly WithdrawalRow[]> {
  return database
    .selectFrom('withdrawals')
    .selectAll()
    .orderBy('at', 'desc')
    .orderBy('issuer')
    .orderBy('attestation')
    .orderBy('sequence', 'desc')
    .limit(limit)
    .execute()
}

/** Whom this gateway has to tell, and who has acknowledged. */
export async function dutiesOf(
  database: Database,
  { issuer, attestation, sequence }: Pick<WithdrawalRow, 'issuer' | 'attestation' | 'sequence'>,
): Promise<readonly DutyRow[]> {
  return database
    .selectFrom('withdrawal_duties')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('attestation', '=', attestation)
    .where('sequence', '=', sequence)
    .orderBy('party')
    .execute()
}

export interface Owed {
  readonly party: PartyId
  readonly unacknowledged: number
  /** Of these: owed since before the given time. */
  readonly late: number
}

/** To each party that has anything yet to acknowledge. */
export async function owedTo(database: Database, lateSince: Seconds): Promise<readonly Owed[]> {
  const { rows } = await sql<Owed>`
    select party, count(*) as unacknowledged, count(*) filter (where since < ${lateSince}) as late
    from withdrawal_duties where not done group by party order by party`.execute(database)
  return rows
}

export async function insertArrivals(tx: Transaction, rows: readonly EnvelopeName[]): Promise<void> {
  await tx
    .insertInto('withdrawal_arrivals')
    .values(rows.map(({ issuer, id }) => ({ issuer, id })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function arrivals(database: Database, limit: number): Promise<readonly EnvelopeName[]> {
  return database
    .selectFrom('withdrawal_arrivals')
    .selectAll()
    .orderBy('issuer')
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function settleArrival(database: Database, { issuer, id }: EnvelopeName): Promise<void> {
  await database.deleteFrom('withdrawal_arrivals').where('issuer', '=', issuer).where('id', '=', id).execute()
}
