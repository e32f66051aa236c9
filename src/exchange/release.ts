/**
 * Answers for releasing what waited for witnesses: an envelope goes further once its entry lies under a checkpoint that as
 * many of them cosigned as it waits for. Any replica releases what any of them accepted; once, whoever is first.
 */
import { indexesOf } from '../ledger/entries-table.ts'
import { lockHead } from '../ledger/head-table.ts'
import { type CosignatureRow, dropCosignature } from '../ledger/witnessing/cosignatures-table.ts'
import { errorFields } from '../logger.ts'
import type { EnvelopeName } from './envelope-name.ts'
import { heldEnvelopes, markReleased, quorumsWaitedFor } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { placeAnew } from './inbox-table.ts'
import { freeOutbox } from './outbox-table.ts'
import { createSignal } from './signal.ts'

export interface Releaser {
  /** Whether anything is held. */
  readonly any: () => Promise<boolean>
  /** There are new cosignatures. */
  readonly cosigned: () => void
  readonly stop: () => Promise<void>
}

/** Lines that another replica stored, or an earlier run, are found by looking this often. */
const lookAgainMilliseconds = 1000

/** In one transaction, which keeps the ledger waiting. */
const mostAtOnce = 256

export function startReleaser(gateway: Gateway): Releaser {
  const woken = createSignal()
  const stop = new AbortController()
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      // Listening begins before looking, so that lines stored in between are not left until the next look.
      const wake = woken.wait(lookAgainMilliseconds, stop.signal)
      try {
        await releaseWitnessed(gateway)
      } catch (error) {
        // The database is away, or the registry is stale. What waits goes on waiting.
        gateway.logger.error('task-failed', { task: 'release', ...errorFields(error) })
      }
      await wake
    }
  }
  const ended = run()
  return {
    any: async () => (await quorumsWaitedFor(gateway.database)).length > 0,
    cosigned: () => woken.notify(),
    stop: async () => {
      stop.abort()
      await ended
    },
  }
}

async function releaseWitnessed(gateway: Gateway): Promise<void> {
  const { database, logger, witnessed } = gateway
  for (const quorum of await quorumsWaitedFor(database)) {
    const refused: CosignatureRow[] = []
    const checkpoint = await witnessed.newest(quorum, (row) => refused.push(row))
    for (const row of refused) {
      logger.error('cosignature-refused', { peer: row.witness, ledgerSize: row.size })
      await dropCosignature(database, row)
    }
    if (checkpoint !== undefined) await releaseUnder(gateway, quorum, checkpoint.size)
  }
}

async function releaseUnder(gateway: Gateway, quorum: number, size: number): Promise<void> {
  const held = await heldEnvelopes(gateway.database, quorum)
  const indexes = await indexesOf(
    gateway.database,
    held.map(({ entry_key }) => entry_key),
  )
  const covered = held.filter(({ entry_key }) => (indexes.get(entry_key) ?? size) < size)
  for (let start = 0; start < covered.length; start += mostAtOnce) {
    await release(gateway, covered.slice(start, start + mostAtOnce))
  }
}

async function release(
  { database, signals, logger }: Gateway,
  names: readonly EnvelopeName[],
): Promise<void> {
  const count = await database.transaction().execute(async (tx) => {
    await lockHead(tx)
    const released = await markReleased(tx, names)
    await placeAnew(tx, released)
    await freeOutbox(tx, released)
    return released.length
  })
  // From here they are released for good. A crash before the waking: relay and inboxes find them when they look again.
  if (count === 0) return
  logger.info('envelopes-released', { count })
  signals.inbox.notify()
  signals.outbox.notify()
}
