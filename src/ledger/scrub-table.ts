/**
 * Answers for the table that holds how far the scrubber has come. The place is signed: whoever can write to the table could
 * otherwise have the scrubber pass over what they changed.
 */
import { concat, utf8 } from '../../protocol/bytes.ts'
import * as is from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import type { Database } from '../database/open.ts'

export interface ScrubRow {
  readonly one: boolean
  readonly place: Uint8Array
  readonly signature: Uint8Array
}

const place = is.record({
  /** When this pass began, and how many entries there were then. */
  begun: is.field('begun', is.seconds),
  until: is.field('until', is.unsigned),
  /** How many entries are hashed, with the tiles at their edge. */
  size: is.field('size', is.unsigned),
  edge: is.field('edge', is.list(is.bytes(0, 8192), 0, 8)),
  previous: is.field('previous', is.bytes(32)),
  checkpoints: is.field('checkpoints', is.unsigned),
})
export type Place = is.Of<typeof place>

/** No checkpoint begins so: the first line of one is an origin, which has no space. */
const context = utf8('pouch scrub place v1\n')

export async function readPlace(database: Database, { keys }: LedgerSigner): Promise<Place | undefined> {
  const row = await database.selectFrom('ledger_scrub').selectAll().executeTakeFirst()
  if (row === undefined) return undefined
  if (!keys.ed25519.verify(concat(context, row.place), row.signature)) {
    throw new Rejected('ledger-damaged', 'scrub: its place was not written by this ledger')
  }
  return is.decodeAs(place, row.place, 'scrub')
}

export async function keepPlace(database: Database, { pair }: LedgerSigner, at: Place): Promise<void> {
  const bytes = is.encodeAs(place, at)
  const row = { one: true, place: bytes, signature: pair[0].sign(concat(context, bytes)) }
  await database
    .insertInto('ledger_scrub')
    .values(row)
    .onConflict((conflict) => conflict.column('one').doUpdateSet(row))
    .execute()
}
