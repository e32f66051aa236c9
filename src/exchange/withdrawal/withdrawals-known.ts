/** Answers for what is known of withdrawals here: what was stated, in which envelopes it went, and who has yet to acknowledge. */
import type { Seconds } from '../../../protocol/names.ts'
import { parseWithdrawal } from '../../../protocol/withdrawal.ts'
import type { Gateway } from '../gateway.ts'
import { envelopesWith } from './receivers-table.ts'
import { endDuties, lastSendings } from './withdrawal-sendings-table.ts'
import type { KnownWithdrawal } from './withdrawal-view.ts'
import { dutiesOf, latestWithdrawals, type WithdrawalRow } from './withdrawals-table.ts'

/** Whoever has not acknowledged for so long is late. */
export const lateAfterSeconds: Seconds = 24 * 3600

/** The latest first. */
export async function withdrawalsKnown(
  gateway: Gateway,
): Promise<{ readonly withdrawals: readonly KnownWithdrawal[] }> {
  await endDuties(gateway.database, gateway.party)
  const rows = await latestWithdrawals(gateway.database, mostShown)
  return { withdrawals: await Promise.all(rows.map((row) => known(gateway, row))) }
}

const mostShown = 1000

async function known(gateway: Gateway, row: WithdrawalRow): Promise<KnownWithdrawal> {
  const { database } = gateway
  const now = gateway.now()
  const { withdrawal } = parseWithdrawal(row.bytes)
  const { issuer, attestation, kind, sequence, reason, replacement, at: statedAt } = withdrawal
  const duties = await dutiesOf(database, row)
  const sendings = await lastSendings(database, row)
  return {
    ...{ issuer, attestation, kind, sequence, reason, statedAt, enteredAt: row.at },
    replacement: replacement ?? null,
    envelopes: await envelopesWith(database, row),
    receivers: duties.map(({ party, since, done }) => {
      const last = sendings.find((each) => each.party === party)
      return {
        ...{ party, since, acknowledged: done, late: !done && now - since > lateAfterSeconds },
        ...{ attempts: last?.attempts ?? 0, denied: last?.allowed === false },
        ...(last && { envelope: last.id }),
      }
    }),
  }
}
