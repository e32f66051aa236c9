/** Answers for the table of cosignatures: what witnesses signed of this ledger's checkpoints, the newest of each. */
import { sql } from 'kysely'
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Database } from '../../database/open.ts'
import { bigintColumn } from '../../database/values.ts'

export interface CosignatureRow {
  readonly size: number
  readonly witness: PartyId
  /** Both of its signature lines, as they stand in a note. */
  readonly lines: string
  /** When it says that it signed, with the older of them. */
  readonly at: Seconds
}

/** Who cosigned which size, and when. */
export type Cosigned = Omit<CosignatureRow, 'lines'>

/** A later signature of the same size takes the place of the earlier one. */
export async function storeCosignature(database: Database, row: CosignatureRow): Promise<void> {
  await database
    .insertInto('ledger_cosignature')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['size', 'witness'])
        .doUpdateSet((eb) => ({ lines: eb.ref('excluded.lines'), at: eb.ref('excluded.at') }))
        .whereRef('ledger_cosignature.at', '<=', 'excluded.at'),
    )
    .execute()
}

export async function readCosigned(database: Database): Promise<readonly Cosigned[]> {
  return database
    .selectFrom('ledger_cosignature')
    .select(['size', 'witness', 'at'])
    .orderBy('size', 'desc')
    .orderBy('witness')
    .execute()
}

/** Of one checkpoint, in the order of the witnesses' names. */
export async function cosignaturesAt(database: Database, size: number): Promise<readonly CosignatureRow[]> {
  return database
    .selectFrom('ledger_cosignature')
    .selectAll()
    .where('size', '=', size)
    .orderBy('witness')
    .execute()
}

/** One that is no cosignature, whoever wrote it: the witness is asked again. */
export async function dropCosignature(
  database: Database,
  { size, witness, lines }: CosignatureRow,
): Promise<void> {
  await database
    .deleteFrom('ledger_cosignature')
    .where('size', '=', size)
    .where('witness', '=', witness)
    .where('lines', '=', lines)
    .execute()
}

/** A proof under a newer checkpoint proves what one under these proved. */
export async function forgetCosignatures(database: Database, sizes: readonly number[]): Promise<void> {
  if (sizes.length === 0) return
  await sql`delete from ledger_cosignature where size = any(${bigintColumn(sizes)})`.execute(database)
}
