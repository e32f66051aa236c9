/**
 * Answers for a withdrawal that came in an envelope: the gateway opens it itself, enters what it states, and acknowledges it.
 * Each of these can be done again, and the row of its arrival stays until the last is done.
 */
import { type Code, Rejected } from '../../../protocol/errors.ts'
import { acknowledge } from '../acknowledge.ts'
import { handOver } from '../deliver.ts'
import type { EnvelopeName } from '../envelope-name.ts'
import type { Gateway } from '../gateway.ts'
import { isHealing } from '../peer/peer-answer.ts'
import { enterWithdrawal } from './withdraw.ts'
import { settleArrival } from './withdrawals-table.ts'

export async function takeWithdrawal(gateway: Gateway, arrival: EnvelopeName): Promise<void> {
  const reference = `${arrival.issuer}:${arrival.id}`
  const refused = await refusalOf(() => enterAll(gateway, reference))
  // Held until witnesses have cosigned, it is not there yet.
  if (refused === 'not-found' || (refused !== undefined && isHealing(refused))) return
  if (refused !== undefined) gateway.logger.warn('notice-refused', { code: refused, envelopeId: arrival.id })
  const answered = await refusalOf(() =>
    refused === undefined
      ? acknowledge(gateway, reference, 'opened')
      : acknowledge(gateway, reference, 'refused', refused),
  )
  // Somebody at the agency may have acknowledged it before: then that stands.
  if (answered === undefined || answered === 'already-acknowledged')
    await settleArrival(gateway.database, arrival)
}

async function enterAll(gateway: Gateway, reference: string): Promise<void> {
  const { withdrawals } = await handOver(gateway, reference)
  for (const withdrawal of withdrawals) await enterWithdrawal(gateway, withdrawal)
}

async function refusalOf(act: () => Promise<unknown>): Promise<Code | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}
