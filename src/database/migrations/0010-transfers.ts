/** Answers for the table of permitted transfers, by which agreements that aggregate are counted. */
import { type Kysely, sql } from 'kysely'
import { decodeAs } from '../../../protocol/codec.ts'
import { envelopeHeader } from '../../../protocol/envelope/format.ts'

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
  await addEarlier(database)
}

const statements = [
  `create table transfers (
    sender text not null,
    recipient text not null,
    category text not null,
    at bigint not null
  )`,
  'create index transfers_of_pair on transfers (sender, recipient, category, at)',
]

const page = 1000

interface Earlier {
  readonly issuer: string
  readonly id: string
  readonly header: Uint8Array
  readonly accepted_at: number
}

/** What was permitted before there was this table counts too. */
async function addEarlier(database: Kysely<unknown>): Promise<void> {
  for (let last = { issuer: '', id: '' }; ; ) {
    const { rows } = await sql<Earlier>`
      select issuer, id, header, accepted_at from envelopes
      where allowed and (issuer, id) > (${last.issuer}, ${last.id}) order by issuer, id limit ${page}`.execute(
      database,
    )
    for (const { issuer, header, accepted_at } of rows) {
      const { claims, recipients } = decodeAs(envelopeHeader, header)
      const [category = claims.sub] = claims.sub.split('.', 1)
      for (const { party } of recipients)
        await sql`insert into transfers values (${issuer}, ${party}, ${category}, ${accepted_at})`.execute(
          database,
        )
    }
    const end = rows.at(-1)
    if (end === undefined || rows.length < page) return
    last = end
  }
}
