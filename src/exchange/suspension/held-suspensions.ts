/**
 * Answers for the suspensions that stand in this process: those of the notices that the ledger entered, in its order. A row
 * that the database shows counts only when the ledger proves that it entered the notice.
 */
import { equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { PartyId } from '../../../protocol/names.ts'
import type { Suspension } from '../../../protocol/policy/rules.ts'
import { standingAfter } from '../../../protocol/policy/standing-suspensions.ts'
import { type Notice, type ReadNotice, readNotice } from '../../../protocol/suspension.ts'
import type { Database } from '../../database/open.ts'
import { findEntries } from '../../ledger/entries-table.ts'
import type { Sequencer } from '../../ledger/sequencer.ts'
import { type NoticeRow, noticesAfter } from './suspensions-table.ts'

/** Without its bytes, which are in the table. */
export interface HeldNotice extends Omit<ReadNotice, 'bytes'> {
  readonly position: number
}

export interface HeldSuspensions {
  /** How many notices there are: with it a decision says what it was made on. */
  version(): number
  standing(): readonly Suspension[]
  /** In the order of the ledger. */
  notices(): readonly HeldNotice[]
  /** The last notice of the party on the agreement. */
  last(agreement: string, by: PartyId): HeldNotice | undefined
  /** Holds what was entered since, here or by another replica. Throws `ledger-damaged` for rows that were not entered. */
  catchUp(): Promise<void>
}

export interface SuspensionSource {
  readonly database: Database
  readonly sequencer: Sequencer
  /** Hears what stands whenever that has changed. */
  readonly changed: (standing: readonly Suspension[]) => void
}

export async function holdSuspensions(source: SuspensionSource): Promise<HeldSuspensions> {
  const held: HeldNotice[] = []
  let standing: readonly Suspension[] = []
  const hold = (notice: HeldNotice): void => {
    // Two catch up at once: each row counts once.
    if (notice.position !== held.length + 1) return
    held.push(notice)
    const { agreement, by, kind } = notice
    standing = standingAfter(standing, { agreement, by, suspends: kind === 'suspend' })
    source.changed(standing)
  }
  const catchUp = async (): Promise<void> => {
    for (const row of await noticesAfter(source.database, held.length)) hold(await entered(source, row))
  }
  await catchUp()
  return {
    version: () => held.length,
    standing: () => standing,
    notices: () => held,
    last: (agreement, by) => held.findLast((each) => each.agreement === agreement && each.by === by),
    catchUp,
  }
}

/** Under which key a notice is entered once. */
export function noticeKey({
  agreement,
  by,
  sequence,
}: Pick<Notice, 'agreement' | 'by' | 'sequence'>): string {
  return `suspension:${agreement}:${by}:${sequence}`
}

/** The entry of this key proves itself, and is of this statement. */
async function entered(
  { database, sequencer }: SuspensionSource,
  { position, bytes }: NoticeRow,
): Promise<HeldNotice> {
  const { agreement, by, kind, sequence, previous, at, digest, statement } = readNotice(bytes)
  const notice = { agreement, by, kind, sequence, previous, at, digest, statement }
  const key = noticeKey(notice)
  const [entry] = await findEntries(database, [key])
  const isEntered = entry !== undefined && equal(entry.fingerprint, notice.statement)
  if (!isEntered || (await sequencer.find(key)) === undefined)
    throw new Rejected('ledger-damaged', `suspension notice ${position} was not entered`)
  return { ...notice, position }
}
