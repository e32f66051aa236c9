/** Answers for the table of which envelopes told whom of a withdrawal: one after the other until one is acknowledged. */
import { sql } from 'kysely'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Database, Transaction } from '../../database/open.ts'
import type { DutyRow, WithdrawalRow } from './withdrawals-table.ts'

export interface SendingRow extends Pick<DutyRow, 'issuer' | 'attestation' | 'sequence' | 'party'> {
  /** Of the envelope. */
  readonly id: string
  /** Whether the policy permitted it. */
  readonly allowed: boolean
  /** When the next goes out, unless this one is acknowledged before. */
  readonly again_at: Seconds
}

/** What is to be sent now. */
export interface DueDuty extends DutyRow, Pick<WithdrawalRow, 'bytes'> {
  /** How many went before. */
  readonly attempts: number
}

export async function insertSendings(tx: Transaction, rows: readonly SendingRow[]): Promise<void> {
  await tx.insertInto('withdrawal_sendings').values(rows).execute()
}

/** An acknowledgement as opened that was entered ends the duty; a later look finds it, whichever replica entered it. */
export async function endDuties(database: Database, sender: PartyId): Promise<void> {
  await sql`
    update withdrawal_duties duty set done = true
    where not duty.done and exists (
      select from withdrawal_sendings sent
      join acknowledgements said on said.issuer = ${sender} and said.id = sent.id
      where sent.issuer = duty.issuer and sent.attestation = duty.attestation and sent.sequence = duty.sequence
        and sent.party = duty.party and said.recipient = duty.party and said.outcome = 'opened')`.execute(
    database,
  )
}

/** The longest owed first. */
export async function dueDuties(
  database: Database,
  now: Seconds,
  limit: number,
): Promise<readonly DueDuty[]> {
  const { rows } = await sql<DueDuty>`
    select duty.*, stated.bytes, (
      select count(*) from withdrawal_sendings sent
      where sent.issuer = duty.issuer and sent.attestation = duty.attestation
        and sent.sequence = duty.sequence and sent.party = duty.party) as attempts
    from withdrawal_duties duty
    join withdrawals stated on stated.issuer = duty.issuer and stated.attestation = duty.attestation
      and stated.sequence = duty.sequence
    where not duty.done and not exists (
      select from withdrawal_sendings sent
      where sent.issuer = duty.issuer and sent.attestation = duty.attestation
        and sent.sequence = duty.sequence and sent.party = duty.party and sent.again_at > ${now})
    order by duty.since, duty.party limit ${limit}`.execute(database)
  return rows
}

export interface LastSending extends Pick<SendingRow, 'party' | 'id' | 'allowed'> {
  readonly attempts: number
}

/** To each party the last, and how many there were. */
export async function lastSendings(
  database: Database,
  { issuer, attestation, sequence }: Pick<WithdrawalRow, 'issuer' | 'attestation' | 'sequence'>,
): Promise<readonly LastSending[]> {
  const { rows } = await sql<LastSending>`
    select distinct on (party) party, id, allowed, count(*) over (partition by party) as attempts
    from withdrawal_sendings
    where issuer = ${issuer} and attestation = ${attestation} and sequence = ${sequence}
    order by party, again_at desc, id`.execute(database)
  return rows
}
