/** Answers for the table of envelopes: what was decided about each, and the bytes as received of those that passed. */
import { type RawBuilder, sql } from 'kysely'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Database, Transaction } from '../database/open.ts'
import { together } from '../database/together.ts'
import { bigintColumn, booleanColumn, byteaColumn, textColumn } from '../database/values.ts'
import type { EnvelopeName } from './envelope-name.ts'

export interface EnvelopeRow {
  readonly issuer: PartyId
  readonly id: string
  readonly digest: Uint8Array
  readonly allowed: boolean
  /** stored-decision.ts */
  readonly decision: Uint8Array
  /** The signed header: all that anybody but a recipient may read. */
  readonly header: Uint8Array
  /** As received; null when denied. */
  readonly bytes: Uint8Array | null
  readonly accepted_at: Seconds
  readonly expires_at: Seconds
  /** Under which the sequencer entered the decision, and what a repetition must agree with. */
  readonly entry_key: string
  readonly fingerprint: Uint8Array
  /** How many witnesses must have cosigned the ledger over its entry before it goes further. */
  readonly quorum: number
  /** They have, or none is needed: relay and inboxes may see it. */
  readonly released: boolean
}

/** `released` follows from the quorum. */
export type NewEnvelopeRow = Omit<EnvelopeRow, 'released'>

export type EnvelopeSummary = Omit<EnvelopeRow, 'bytes'>

const summary = [
  'issuer',
  'id',
  'digest',
  'allowed',
  'decision',
  'header',
  'accepted_at',
  'expires_at',
  'entry_key',
  'fingerprint',
  'quorum',
  'released',
] as const satisfies readonly (keyof EnvelopeSummary)[]

const noBytes = new Uint8Array(0)

/** One statement for any number of rows. */
export function insertEnvelopes(rows: readonly NewEnvelopeRow[]): RawBuilder<unknown> {
  const column = <K extends keyof NewEnvelopeRow>(name: K): NewEnvelopeRow[K][] =>
    rows.map((row) => row[name])
  return sql`
    insert into envelopes (
      issuer, id, digest, allowed, decision, header, bytes, accepted_at, expires_at, entry_key, fingerprint,
      quorum, released)
    select issuer, id, digest, length(bytes) > 0, decision, header, nullif(bytes, ''), accepted_at,
      expires_at, entry_key, fingerprint, quorum, quorum = 0
    from unnest(
      ${textColumn(column('issuer'))}, ${textColumn(column('id'))}, ${byteaColumn(column('digest'))},
      ${byteaColumn(column('decision'))}, ${byteaColumn(column('header'))},
      ${byteaColumn(rows.map(({ bytes }) => bytes ?? noBytes))}, ${bigintColumn(column('accepted_at'))},
      ${bigintColumn(column('expires_at'))}, ${textColumn(column('entry_key'))}, ${byteaColumn(column('fingerprint'))},
      ${bigintColumn(column('quorum'))}
    ) as given (
      issuer, id, digest, decision, header, bytes, accepted_at, expires_at, entry_key, fingerprint, quorum)`
}

export async function findEnvelope(
  database: Database,
  issuer: PartyId,
  id: string,
): Promise<EnvelopeSummary | undefined> {
  return database
    .selectFrom('envelopes')
    .select(summary)
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .executeTakeFirst()
}

export interface WantedEnvelope extends EnvelopeName {
  /** Whether its bytes are wanted too. */
  readonly whole: boolean
}

const summaryColumns = sql.join(summary.map((name) => sql.ref(`envelopes.${name}`)))

/** For each of them, in one statement, by the index: a plan that was made of a small table is kept when it has grown. */
export async function findEnvelopes(
  database: Database,
  wanted: readonly WantedEnvelope[],
): Promise<readonly (EnvelopeRow | undefined)[]> {
  const { rows } = await sql<EnvelopeRow>`
    select found.* from (
      select issuer, id, bool_or(whole) as whole from unnest(
        ${textColumn(wanted.map(({ issuer }) => issuer))}, ${textColumn(wanted.map(({ id }) => id))},
        ${booleanColumn(wanted.map(({ whole }) => whole))}
      ) as named (issuer, id, whole) group by issuer, id
    ) as wanted, lateral (
      select ${summaryColumns}, case when wanted.whole then bytes end as bytes
      from envelopes where envelopes.issuer = wanted.issuer and envelopes.id = wanted.id offset 0
    ) as found`.execute(database)
  const found = new Map(rows.map((row) => [`${row.issuer} ${row.id}`, row]))
  return wanted.map(({ issuer, id }) => found.get(`${issuer} ${id}`))
}

/** Looks for a name that may have been used before; questions that come at once go together. */
export function earlierIn(database: Database): (name: EnvelopeName) => Promise<EnvelopeSummary | undefined> {
  const find = together((names: readonly EnvelopeName[]) =>
    findEnvelopes(
      database,
      names.map(({ issuer, id }) => ({ issuer, id, whole: false })),
    ),
  )
  return ({ issuer, id }) => find({ issuer, id })
}

/** Of all issuers that used the id: an honest one never uses another's. */
export async function findEnvelopesById(database: Database, id: string): Promise<readonly EnvelopeSummary[]> {
  return database.selectFrom('envelopes').select(summary).where('id', '=', id).execute()
}

export async function findEnvelopeByEntry(
  database: Database,
  entryKey: string,
): Promise<EnvelopeSummary | undefined> {
  return database.selectFrom('envelopes').select(summary).where('entry_key', '=', entryKey).executeTakeFirst()
}

/** In the words of its index: a plan for a parameter would have to look at all of them. */
const isHeld = sql<boolean>`not released`

/** For how many witnesses envelopes wait; empty when none does. */
export async function quorumsWaitedFor(database: Database): Promise<readonly number[]> {
  const rows = await database
    .selectFrom('envelopes')
    .select('quorum')
    .distinct()
    .where(isHeld)
    .orderBy('quorum')
    .execute()
  return rows.map(({ quorum }) => quorum)
}

/** How many envelopes wait for witnesses, and since when the first of them; `null` when none does. */
export async function heldSince(
  database: Database,
): Promise<{ readonly count: number; readonly since: Seconds | null }> {
  return database
    .selectFrom('envelopes')
    .select(({ fn }) => [
      fn.countAll<number>().as('count'),
      fn.min<Seconds | null>('accepted_at').as('since'),
    ])
    .where(isHeld)
    .executeTakeFirstOrThrow()
}

export async function heldEnvelopes(
  database: Database,
  quorum: number,
): Promise<readonly (EnvelopeName & Pick<EnvelopeRow, 'entry_key'>)[]> {
  return database
    .selectFrom('envelopes')
    .select(['issuer', 'id', 'entry_key'])
    .where(isHeld)
    .where('quorum', '=', quorum)
    .execute()
}

/** Gives those that were held until now. */
export async function markReleased(
  tx: Transaction,
  names: readonly EnvelopeName[],
): Promise<readonly EnvelopeName[]> {
  const { rows } = await sql<EnvelopeName>`
    update envelopes set released = true
    from unnest(${textColumn(names.map(({ issuer }) => issuer))}, ${textColumn(names.map(({ id }) => id))})
      as given (issuer, id)
    where not envelopes.released and envelopes.issuer = given.issuer and envelopes.id = given.id
    returning envelopes.issuer, envelopes.id`.execute(tx)
  return rows
}

/** What was said to be released, and was not shown to be. */
export async function holdEnvelope(
  tx: Transaction,
  { issuer, id }: EnvelopeName,
  quorum: number,
): Promise<void> {
  await tx
    .updateTable('envelopes')
    .set({ released: false, quorum })
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .execute()
}

/** The bytes as received; `undefined` when denied. */
export async function envelopeBytes(
  database: Database,
  issuer: PartyId,
  id: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const row = await database
    .selectFrom('envelopes')
    .select('bytes')
    .where('issuer', '=', issuer)
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined || row.bytes === null ? undefined : new Uint8Array(row.bytes)
}
