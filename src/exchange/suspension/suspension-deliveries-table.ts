/** Answers for the table of which gateways took which of this gateway's own notices. */
import type { Seconds } from '../../../protocol/names.ts'
import type { Database } from '../../database/open.ts'

export interface DeliveryRow {
  readonly position: number
  /** Origin of the other gateway. */
  readonly gateway: string
  readonly at: Seconds
}

/** Another replica may have been told at the same time. */
export async function insertDelivery(database: Database, row: DeliveryRow): Promise<void> {
  await database
    .insertInto('suspension_deliveries')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function deliveries(database: Database): Promise<readonly DeliveryRow[]> {
  return database.selectFrom('suspension_deliveries').selectAll().execute()
}

/** How many notices each gateway took. */
export async function deliveriesTo(
  database: Database,
): Promise<readonly { readonly gateway: string; readonly count: number }[]> {
  return database
    .selectFrom('suspension_deliveries')
    .select(['gateway', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('gateway')
    .execute()
}
