/**
 * Answers for suspending an agreement at once: a notice is verified, entered, and in force from its entry on. The party's own
 * is signed here and published; others' are taken from whoever brings them, for their party's signatures are all that counts.
 */
import { equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { LedgerRecord } from '../../../protocol/ledger/record.ts'
import {
  type Reason,
  type ReadNotice,
  readNotice,
  requireNext,
  signNotice,
  verifyNotice,
} from '../../../protocol/suspension.ts'
import { effect } from '../../ledger/effect.ts'
import { ownKeys } from '../deliver.ts'
import { answerOf } from '../first-answer.ts'
import type { Gateway } from '../gateway.ts'
import { type HeldNotice, noticeKey } from './held-suspensions.ts'
import { registryFields } from '../records.ts'
import { stepSuspensions } from './suspensions-table.ts'
import type { AcknowledgementAnswer } from '../transfer-status.ts'

/** Where a notice is entered. */
export type NoticeAnswer = AcknowledgementAnswer

/** Signs with the party's own keys. Suspended by this party already, it gets the first answer. */
export async function suspend(gateway: Gateway, agreement: string, reason: Reason): Promise<NoticeAnswer> {
  return issue(gateway, agreement, reason)
}

/** The end of this party's own suspension. Throws `not-found` when there was none. */
export async function resume(gateway: Gateway, agreement: string): Promise<NoticeAnswer> {
  return issue(gateway, agreement, undefined)
}

async function issue(gateway: Gateway, agreement: string, reason: Reason | undefined): Promise<NoticeAnswer> {
  const { signing } = ownKeys(gateway)
  await gateway.suspensions.catchUp()
  const last = gateway.suspensions.last(agreement, gateway.party)
  if (last?.kind === (reason === undefined ? 'resume' : 'suspend')) return answerOf(gateway, noticeKey(last))
  if (last === undefined && reason === undefined)
    throw new Rejected('not-found', `${gateway.party} has not suspended ${agreement}`)
  // A clock that went back does not date a notice before the one it follows.
  const at = Math.max(gateway.now(), last?.at ?? 0)
  return acceptNotice(gateway, signNotice({ agreement, by: gateway.party, at, reason }, last, signing))
}

/**
 * Takes a notice, whoever brings it; the same again gets the first answer. Throws as `verifyNotice` and `requireNext`, and
 * `reused-id` for another notice of the same number.
 */
export async function acceptNotice(gateway: Gateway, bytes: Uint8Array): Promise<NoticeAnswer> {
  const known = await heldAs(gateway, readNotice(bytes))
  if (known !== undefined) return answerOf(gateway, noticeKey(known))
  const notice = verifyNotice(bytes, gateway.directory(), gateway.now())
  requireNext(notice, gateway.suspensions.last(notice.agreement, notice.by))
  const { agreement, by: party, sequence, digest, kind } = notice
  const { index, receipt, repeated } = await gateway.sequencer.push({
    key: noticeKey(notice),
    fingerprint: notice.statement,
    record: recordOf(gateway, notice),
    effects: [effect(stepSuspensions, { notice: { agreement, party, sequence, digest, bytes } })],
  })
  // From here it is durable and in force: no decision that does not know it can be entered any more, by any replica. A crash
  // before the answer costs the sender one repetition; who publishes it finds its row.
  await gateway.suspensions.catchUp()
  requireHeld(gateway, notice, index)
  gateway.signals.notices.notify()
  const event = kind === 'suspend' ? 'agreement-suspended' : 'agreement-resumed'
  gateway.logger.info(event, { party, ledgerIndex: index })
  return { index, receipt, repeated }
}

/** Entered before and without its row now: somebody took it out, and what it suspended would be permitted. */
function requireHeld({ suspensions, damage }: Gateway, notice: ReadNotice, index: number): void {
  const last = suspensions.last(notice.agreement, notice.by)?.sequence ?? 0
  if (last >= notice.sequence) return
  damage.found(`entry ${index}`)
  damage.requireNone()
}

/** The notice of this number that is held. Throws `reused-id` when it says something else. */
async function heldAs({ suspensions }: Gateway, notice: ReadNotice): Promise<HeldNotice | undefined> {
  const { agreement, by, sequence } = notice
  const find = (): HeldNotice | undefined =>
    suspensions
      .notices()
      .find((each) => each.agreement === agreement && each.by === by && each.sequence === sequence)
  // Another replica may have taken it, or the one before it.
  if (find() === undefined) await suspensions.catchUp()
  const held = find()
  if (held !== undefined && !equal(held.statement, notice.statement))
    throw new Rejected('reused-id', noticeKey(notice))
  return held
}

function recordOf(gateway: Gateway, { agreement, by, kind, digest, reason }: ReadNotice): LedgerRecord {
  return {
    event: kind === 'suspend' ? 'agreement-suspension' : 'agreement-resumption',
    actor: by,
    from: by,
    at: gateway.now(),
    agreement,
    digest,
    ...(reason !== undefined && { detail: reason }),
    registry: registryFields(gateway.directory()),
  }
}
