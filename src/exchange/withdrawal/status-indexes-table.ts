/** Answers for the table of the indexes in this gateway's status lists: each is given once, to one attestation. */
import { sql } from 'kysely'
import type { PartyId } from '../../../protocol/names.ts'
import type { WithdrawalKind } from '../../../protocol/withdrawal.ts'
import type { Database, Transaction } from '../../database/open.ts'
import { bigintColumn, byteaColumn } from '../../database/values.ts'

export interface StatusIndex {
  readonly list: number
  readonly index: number
}

export interface StatusIndexRow extends StatusIndex {
  /** `attestationDigest`; null while it is given to none, and for ever when its attestation did not go out. */
  readonly attestation: Uint8Array | null
}

/** Those of the wanted that nobody had, from now on reserved. */
export async function reserveIndexes(
  database: Database,
  wanted: readonly StatusIndex[],
): Promise<readonly StatusIndex[]> {
  const { rows } = await sql<StatusIndex>`
    insert into status_indexes (list, index)
    select * from unnest(
      ${bigintColumn(wanted.map(({ list }) => list))}, ${bigintColumn(wanted.map(({ index }) => index))})
    on conflict do nothing returning list, index`.execute(database)
  return rows
}

export async function countIndexes(database: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from status_indexes`.execute(
    database,
  )
  return rows[0]?.count ?? 0
}

export async function giveIndexes(
  tx: Transaction,
  rows: readonly (StatusIndex & { readonly attestation: Uint8Array })[],
): Promise<void> {
  await sql`
    update status_indexes set attestation = given.attestation
    from unnest(
      ${bigintColumn(rows.map(({ list }) => list))}, ${bigintColumn(rows.map(({ index }) => index))},
      ${byteaColumn(rows.map(({ attestation }) => attestation))}) as given (list, index, attestation)
    where status_indexes.list = given.list and status_indexes.index = given.index`.execute(tx)
}

/** Of the attestations in a list about which the issuer has stated something: what it has stated last. */
export async function lastStatements(
  database: Database,
  issuer: PartyId,
  list: number,
): Promise<readonly { readonly index: number; readonly kind: WithdrawalKind }[]> {
  const { rows } = await sql<{ index: number; kind: WithdrawalKind }>`
    select distinct on (given.index) given.index, stated.kind
    from status_indexes given
    join withdrawals stated on stated.attestation = given.attestation and stated.issuer = ${issuer}
    where given.list = ${list}
    order by given.index, stated.sequence desc`.execute(database)
  return rows
}

/** How many the issuer has made. */
export async function countStatements(database: Database, issuer: PartyId): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from withdrawals where issuer = ${issuer}`.execute(database)
  return rows[0]?.count ?? 0
}
