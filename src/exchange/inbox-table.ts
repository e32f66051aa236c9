/** Answers for the table of inboxes: one row for each envelope and each of its recipients at this gateway. */
import { type RawBuilder, sql } from 'kysely'
import type { PartyId } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'
import { textColumn } from '../database/values.ts'
import type { EnvelopeName } from './envelope-name.ts'
import type { Cursor, InboxItem } from './inbox-item.ts'

export interface NewInboxRow extends EnvelopeName {
  readonly party: PartyId
  readonly state: 'waiting'
}

export interface InboxRow extends EnvelopeName {
  readonly party: PartyId
  readonly position: Cursor
  readonly state: InboxItem['state']
  /** The ledger holds that the bytes were given to the party. */
  readonly consigned_to_reader: boolean
  /** The ledger holds that the documents were given to the party. */
  readonly handed_over: boolean
}

export interface InboxLine extends InboxRow {
  readonly digest: Uint8Array
  readonly header: Uint8Array
  readonly entry_key: string
  readonly size: number
}

export function insertInbox(rows: readonly NewInboxRow[]): RawBuilder<unknown> {
  return sql`insert into inbox (party, issuer, id, state) select party, issuer, id, 'waiting' from ${named(rows)}`
}

export async function inboxRow(
  database: Database,
  { issuer, id }: EnvelopeName,
  party: PartyId,
): Promise<InboxRow | undefined> {
  return database
    .selectFrom('inbox')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .where('party', '=', party)
    .executeTakeFirst()
}

/** Of all its recipients here. */
export async function inboxOf(
  database: Database,
  { issuer, id }: EnvelopeName,
): Promise<readonly InboxRow[]> {
  return database
    .selectFrom('inbox')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .orderBy('party')
    .execute()
}

export async function inboxAfter(
  database: Database,
  party: PartyId,
  after: Cursor,
  limit: number,
): Promise<readonly InboxLine[]> {
  return database
    .selectFrom('inbox')
    .innerJoin('envelopes', (join) =>
      join.onRef('envelopes.issuer', '=', 'inbox.issuer').onRef('envelopes.id', '=', 'inbox.id'),
    )
    .selectAll('inbox')
    .select([
      'envelopes.digest',
      'envelopes.header',
      'envelopes.entry_key',
      sql<number>`octet_length(envelopes.bytes)`.as('size'),
    ])
    .where('inbox.party', '=', party)
    .where('envelopes.released', '=', true)
    .where('inbox.position', '>', after)
    .orderBy('inbox.position')
    .limit(limit)
    .execute()
}

/**
 * Gives new positions to what is released now: a reader whose cursor is beyond the old one would never see it. The head of
 * the ledger is locked, so that positions still ascend in the order of commit.
 */
export async function placeAnew(tx: Transaction, names: readonly EnvelopeName[]): Promise<void> {
  await sql`
    update inbox set position = default
    from unnest(${textColumn(names.map(({ issuer }) => issuer))}, ${textColumn(names.map(({ id }) => id))})
      as released (issuer, id)
    where inbox.issuer = released.issuer and inbox.id = released.id`.execute(tx)
}

export interface Progress extends EnvelopeName {
  readonly party: PartyId
}

export async function markConsigned(tx: Transaction, rows: readonly Progress[]): Promise<void> {
  await sql`update inbox set consigned_to_reader = true from ${named(rows)} where ${isNamed}`.execute(tx)
}

export async function markHandedOver(tx: Transaction, rows: readonly Progress[]): Promise<void> {
  await sql`update inbox set handed_over = true from ${named(rows)} where ${isNamed}`.execute(tx)
}

export interface Acknowledged extends Progress {
  readonly outcome: 'consigned' | 'opened' | 'refused'
}

/** Only forward: what was opened or refused is not merely consigned again. */
export async function markAcknowledged(tx: Transaction, rows: readonly Acknowledged[]): Promise<void> {
  for (const row of rows) {
    await sql`
      update inbox set state = ${row.outcome} from ${named([row])}
      where ${isNamed} and (inbox.state = 'waiting' or (inbox.state = 'consigned' and ${row.outcome} <> 'consigned'))
    `.execute(tx)
  }
}

/** Rows by their names, as a table of that name. */
function named(rows: readonly Progress[]) {
  const column = (name: keyof Progress): string[] => rows.map((row) => row[name])
  return sql`unnest(${textColumn(column('party'))}, ${textColumn(column('issuer'))}, ${textColumn(column('id'))})
    as given (party, issuer, id)`
}

const isNamed = sql`inbox.party = given.party and inbox.issuer = given.issuer and inbox.id = given.id`
