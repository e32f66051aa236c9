/** Answers for the task of withdrawals: what came is entered and acknowledged, and what is owed is sent until it is acknowledged. */
import { toHex } from '../../../protocol/bytes.ts'
import { errorFields } from '../../logger.ts'
import type { Gateway } from '../gateway.ts'
import { sendWithdrawal } from './send-withdrawal.ts'
import { takeWithdrawal } from './take-withdrawal.ts'
import { dueDuties, endDuties } from './withdrawal-sendings-table.ts'
import { arrivals } from './withdrawals-table.ts'

export interface WithdrawalTask {
  readonly stop: () => Promise<void>
}

/** What another replica entered, and what has become due, is found by looking this often. */
const lookAgainMilliseconds = 1000
/** What could not be sent, or not be taken, waits so long. */
const patienceMilliseconds = 60_000
/** Those that fail do not keep the others out. */
const mostAtOnce = 1024

interface Running {
  readonly gateway: Gateway
  readonly stop: AbortController
  /** What failed, and until when it is left alone. */
  readonly failed: Map<string, number>
}

export function startWithdrawals(gateway: Gateway): WithdrawalTask {
  const stop = new AbortController()
  const ended = run({ gateway, stop, failed: new Map() })
  return {
    stop: async () => {
      stop.abort()
      await ended
    },
  }
}

async function run(running: Running): Promise<void> {
  const { gateway, stop } = running
  while (!stop.signal.aborted) {
    // Listening begins before looking, so that what is entered in between is not left until the next look.
    const woken = gateway.signals.withdrawals.wait(lookAgainMilliseconds, stop.signal)
    // A blind gateway opens and signs nothing; what came stays for the agency.
    if (gateway.keys.party !== undefined) await look(running)
    await woken
  }
}

async function look(running: Running): Promise<void> {
  const { gateway } = running
  const { database, party } = gateway
  try {
    for (const arrival of await arrivals(database, mostAtOnce)) {
      await trying(running, `${arrival.issuer}:${arrival.id}`, () => takeWithdrawal(gateway, arrival))
    }
    await endDuties(database, party)
    for (const duty of await dueDuties(database, gateway.now(), mostAtOnce)) {
      const name = `${duty.issuer}:${toHex(duty.attestation)}:${duty.sequence}:${duty.party}`
      await trying(running, name, () => sendWithdrawal(gateway, duty))
    }
  } catch (error) {
    // The database is away. Nothing is lost: the rows stay, and are looked for again.
    gateway.logger.error('task-failed', { task: 'withdrawals', ...errorFields(error) })
  }
}

/** One that fails does not keep the others. */
async function trying(
  { gateway, stop, failed }: Running,
  name: string,
  act: () => Promise<void>,
): Promise<void> {
  if (stop.signal.aborted || (failed.get(name) ?? 0) > performance.now()) return
  try {
    await act()
    failed.delete(name)
  } catch (error) {
    failed.set(name, performance.now() + patienceMilliseconds)
    gateway.logger.error('task-failed', { task: 'withdrawals', ...errorFields(error) })
  }
}
