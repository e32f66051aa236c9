/**
 * Answers for the table of what is to be relayed. Its times are the database's, so that replicas with different clocks
 * agree; a claim is a later due time, so that a row whose claimer dies becomes due again by itself.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Code } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { hasty } from '../database/hasty.ts'
import type { Database, Transaction } from '../database/open.ts'
import { bigintColumn, booleanColumn, byteaColumn, textColumn } from '../database/values.ts'
import type { EnvelopeName } from './envelope-name.ts'
import type { Outcome } from './transfer-status.ts'

export interface NewOutboxRow extends EnvelopeName {
  readonly kind: 'envelope' | 'acknowledgement'
  /** Origin of the other gateway. */
  readonly gateway: string
  /** Of an acknowledgement; empty for an envelope. */
  readonly recipient: PartyId
  readonly outcome: Outcome | ''
  readonly expires_at: Seconds
  /** It goes nowhere until its envelope is released; when it expires before, that is its end. */
  readonly held: boolean
  readonly state: 'waiting'
}

export interface OutboxRow extends Omit<NewOutboxRow, 'state'> {
  readonly position: number
  readonly state: 'waiting' | 'done' | 'refused' | 'failed'
  readonly attempts: number
  readonly code: Code | null
  readonly peer_receipt: Uint8Array | null
  readonly entry_key: string | null
}

export interface Settlement {
  readonly position: number
  readonly state: 'done' | 'refused' | 'failed'
  readonly code: Code | null
  readonly peer_receipt: Uint8Array | null
  readonly entry_key: string
}

const names = [
  'position',
  'kind',
  'gateway',
  'issuer',
  'id',
  'recipient',
  'outcome',
  'expires_at',
  'held',
  'state',
  'attempts',
  'code',
  'peer_receipt',
  'entry_key',
] as const satisfies readonly (keyof OutboxRow)[]

const columns = sql.join(names.map((name) => sql.ref(name)))

export function insertOutbox(rows: readonly NewOutboxRow[]): RawBuilder<unknown> {
  const column = <K extends keyof NewOutboxRow>(name: K): NewOutboxRow[K][] => rows.map((row) => row[name])
  return sql`
    insert into outbox (kind, gateway, issuer, id, recipient, outcome, expires_at, held, state)
    select kind, gateway, issuer, id, recipient, outcome, expires_at, held, 'waiting' from unnest(
      ${textColumn(column('kind'))}, ${textColumn(column('gateway'))}, ${textColumn(column('issuer'))},
      ${textColumn(column('id'))}, ${textColumn(column('recipient'))}, ${textColumn(column('outcome'))},
      ${bigintColumn(column('expires_at'))}, ${booleanColumn(column('held'))}
    ) as given (kind, gateway, issuer, id, recipient, outcome, expires_at, held)`
}

export function settleOutbox(rows: readonly Settlement[]): RawBuilder<unknown> {
  const column = <K extends keyof Settlement>(name: K): Settlement[K][] => rows.map((row) => row[name])
  return sql`
    update outbox set state = given.state, code = nullif(given.code, ''), entry_key = given.entry_key,
      peer_receipt = nullif(given.peer_receipt, ''::bytea)
    from unnest(
      ${bigintColumn(column('position'))}, ${textColumn(column('state'))}, ${textColumn(rows.map(({ code }) => code ?? ''))},
      ${textColumn(column('entry_key'))}, ${byteaColumn(rows.map((row) => row.peer_receipt ?? noReceipt))}
    ) as given (position, state, code, entry_key, peer_receipt)
    where outbox.position = given.position`
}

const noReceipt = new Uint8Array(0)

/** What was held when it was inserted goes its way from now on. */
export async function freeOutbox(tx: Transaction, names: readonly EnvelopeName[]): Promise<void> {
  await sql`
    update outbox set held = false
    from unnest(${textColumn(names.map(({ issuer }) => issuer))}, ${textColumn(names.map(({ id }) => id))})
      as released (issuer, id)
    where outbox.held and outbox.issuer = released.issuer and outbox.id = released.id`.execute(tx)
}

/** What was taken for free is due at once when it is. */
export async function holdOutbox(tx: Transaction, { issuer, id }: EnvelopeName): Promise<void> {
  await sql`
    update outbox set held = true, due_at = now()
    where state = 'waiting' and kind = 'envelope' and issuer = ${issuer} and id = ${id}`.execute(tx)
}

/** In the words of its index: a plan for a parameter would have to look at all rows. */
const isWaiting = sql<boolean>`state = 'waiting'`

export async function gatewaysDue(database: Database, now: Seconds): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('outbox')
    .select('gateway')
    .distinct()
    .where(isWaiting)
    .where('due_at', '<=', sql<Date>`now()`)
    .where((eb) => eb.or([eb.not('held'), eb('expires_at', '<=', now)]))
    .execute()
  return rows.map(({ gateway }) => gateway)
}

export interface Backlog {
  readonly gateway: string
  readonly count: number
  /** When what has waited longest was accepted. */
  readonly since: Seconds
}

/** What waits for each other gateway. What is held waits for witnesses. */
export async function outboxBacklog(database: Database): Promise<readonly Backlog[]> {
  const { rows } = await sql<Backlog>`
    select waiting.gateway, waiting.count, coalesce(said.at, envelope.accepted_at) as since
    from (
      select gateway, count(*) as count, min(position) as first from outbox
      where state = 'waiting' and not held group by gateway) waiting
    join outbox oldest on oldest.position = waiting.first
    join envelopes envelope on envelope.issuer = oldest.issuer and envelope.id = oldest.id
    left join acknowledgements said on oldest.kind = 'acknowledgement' and said.issuer = oldest.issuer
      and said.id = oldest.id and said.recipient = oldest.recipient and said.outcome = oldest.outcome
    order by waiting.gateway`.execute(database)
  return rows
}

/**
 * Claims what is due for one gateway, the oldest first, for so long. What concerns one envelope goes one after the other,
 * so that "consigned" never overtakes "opened" on the way.
 */
export async function claimOutbox(
  database: Database,
  gateway: string,
  limit: number,
  leaseMilliseconds: number,
  now: Seconds,
): Promise<readonly OutboxRow[]> {
  const claim = sql<OutboxRow>`
    update outbox set due_at = now() + ${leaseMilliseconds} * interval '1 millisecond', attempts = attempts + 1
    where position in (
      select waiting.position from outbox waiting
      where waiting.state = 'waiting' and waiting.gateway = ${gateway} and waiting.due_at <= now()
        and (not waiting.held or waiting.expires_at <= ${now})
        and not exists (
          select from outbox earlier
          where earlier.state = 'waiting' and earlier.gateway = waiting.gateway
            and earlier.issuer = waiting.issuer and earlier.id = waiting.id and earlier.position < waiting.position)
      order by waiting.position limit ${limit} for update skip locked)
    returning ${columns}`
  // A claim that a crash of the database loses is made again, and what was sent under it converges.
  const { rows } = await hasty(claim).execute(database)
  return rows
}

export async function postpone(database: Database, position: number, milliseconds: number): Promise<void> {
  await database
    .updateTable('outbox')
    .set({ due_at: sql<Date>`now() + ${milliseconds} * interval '1 millisecond'` })
    .where('position', '=', position)
    .where(isWaiting)
    .execute()
}

export async function outboxOf(
  database: Database,
  { issuer, id }: EnvelopeName,
): Promise<readonly OutboxRow[]> {
  return database
    .selectFrom('outbox')
    .select(names)
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .orderBy('position')
    .execute()
}
