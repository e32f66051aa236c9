/** Answers for the table of acknowledgements: at most two for each recipient, as signed. */
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'
import type { EnvelopeName } from './envelope-name.ts'
import type { OutboxRow } from './outbox-table.ts'
import type { Outcome } from './transfer-status.ts'

export interface AcknowledgementRow extends EnvelopeName {
  readonly recipient: PartyId
  readonly outcome: Outcome
  readonly code: string | null
  readonly digest: Uint8Array
  readonly bytes: Uint8Array
  readonly at: Seconds
  readonly entry_key: string
}

export async function insertAcknowledgements(
  tx: Transaction,
  rows: readonly AcknowledgementRow[],
): Promise<void> {
  await tx.insertInto('acknowledgements').values(rows).execute()
}

/** In one order everywhere: within a second "consigned" goes before what it came to, as the alphabet has it. */
export async function acknowledgementsOf(
  database: Database,
  { issuer, id }: EnvelopeName,
): Promise<readonly AcknowledgementRow[]> {
  return database
    .selectFrom('acknowledgements')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .orderBy('recipient')
    .orderBy('at')
    .orderBy('outcome')
    .execute()
}

/** The one that an outbox row relays; `undefined` for the row of an envelope. */
export async function acknowledgementFor(
  database: Database,
  { issuer, id, recipient, outcome }: OutboxRow,
): Promise<AcknowledgementRow | undefined> {
  if (outcome === '') return undefined
  return database
    .selectFrom('acknowledgements')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .where('recipient', '=', recipient)
    .where('outcome', '=', outcome)
    .executeTakeFirst()
}
