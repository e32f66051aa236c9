/**
 * Answers for the table of release lists: which envelope took which attestation to whom. A row is written with the entry by
 * which the attestation went out or was opened, and an attestation that was withdrawn meanwhile is owed to its receiver at once.
 */
import { sql } from 'kysely'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'
import type { EnvelopeName } from '../envelope-name.ts'
import { type AttestationName, oweAll } from './withdrawals-table.ts'

export interface ReceiverRow extends EnvelopeName {
  /** `attestationDigest` of it. */
  readonly attestation: Uint8Array
  readonly attestation_issuer: PartyId
  /** Who received it: another party, or this one. */
  readonly party: PartyId
  /** From here, and not to here. */
  readonly sent: boolean
  readonly at: Seconds
}

/** Opened again after a restored dump, a row may be there already. */
export async function insertReceivers(tx: Transaction, rows: readonly ReceiverRow[]): Promise<void> {
  await tx
    .insertInto('attestation_receivers')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await oweAll(
    tx,
    rows.map(({ attestation, attestation_issuer: issuer }) => ({ attestation, issuer })),
  )
}

/** Who issued an attestation that went through this gateway. */
export async function issuersOf(database: Database, attestation: Uint8Array): Promise<readonly PartyId[]> {
  const rows = await database
    .selectFrom('attestation_receivers')
    .select('attestation_issuer')
    .distinct()
    .where('attestation', '=', attestation)
    .execute()
  return rows.map((row) => row.attestation_issuer)
}

/** Those in an envelope. */
export async function attestationsIn(
  database: Database,
  { issuer, id }: EnvelopeName,
): Promise<readonly AttestationName[]> {
  return database
    .selectFrom('attestation_receivers')
    .select(['attestation', 'attestation_issuer as issuer'])
    .distinct()
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .execute()
}

/** The envelopes that an attestation went through here with, as `ISSUER:id`. */
export async function envelopesWith(
  database: Database,
  { issuer, attestation }: AttestationName,
): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct issuer || ':' || id as name from attestation_receivers
    where attestation = ${attestation} and attestation_issuer = ${issuer} order by name`.execute(database)
  return rows.map(({ name }) => name)
}
