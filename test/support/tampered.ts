/** Answers for what somebody with full rights on the database, and no key, does to a ledger in tests. */
import { sql } from 'kysely'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import type { Database } from '../../src/database/open.ts'
import { readEntries } from '../../src/ledger/entries-table.ts'
import { readHead } from '../../src/ledger/head-table.ts'
import { sealOf } from '../../src/ledger/seal.ts'
import { openSequencer } from '../../src/ledger/sequencer.ts'
import { rootAt } from '../../src/ledger/store.ts'
import { eventOf, now } from './sequenced.ts'

/** Takes the ledger back to so many entries, and leaves nothing that shows it. The tree may have no full tiles. */
export async function cut(database: Database, size: number, signer: LedgerSigner): Promise<void> {
  const root = await rootAt(database, size)
  const [last] = await readEntries(database, { start: size - 1, end: size })
  if (last === undefined) throw new RangeError(`no entry ${size - 1}`)
  await sql`delete from ledger_entry where index >= ${size}`.execute(database)
  await sql`delete from ledger_checkpoint where size > ${size}`.execute(database)
  const head = { size, root, last: leafHash(last.leaf) }
  // He kept the seal of that time.
  await database
    .updateTable('ledger_head')
    .set({ ...head, seal: sealOf(signer, head) })
    .execute()
}

/** Other entries as a gateway would have entered them, and no signature over them. */
export async function append(
  database: Database,
  signer: LedgerSigner,
  actor: string,
  keys: readonly string[],
): Promise<void> {
  const before = (await readHead(database))?.size ?? 0
  const sequencer = await openSequencer({ database, signer, actor, now })
  for (const key of keys) await sequencer.push(eventOf(key))
  await sequencer.close()
  await sql`update ledger_checkpoint set signed = null, note = null, signatures = null where size > ${before}`.execute(
    database,
  )
}

/** Changes one byte, the last but `fromEnd`, of a column of the one row that the condition names. */
export async function changeByte(
  database: Database,
  table: string,
  column: string,
  where: ReturnType<typeof sql>,
  fromEnd = 0,
): Promise<void> {
  const bytes = sql.ref(column)
  const at = sql`octet_length(${bytes}) - 1 - ${sql.lit(fromEnd)}`
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} set ${bytes} = set_byte(${bytes}, ${at}, get_byte(${bytes}, ${at}) # 1) where ${where}
  `.execute(database)
  if (numAffectedRows !== 1n) throw new RangeError(`${String(numAffectedRows)} rows of ${table}`)
}
