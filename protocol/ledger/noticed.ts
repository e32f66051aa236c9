/** Answers for entries of suspension notices: which they are, what they change, and whether a notice is the one that they name. */
import { suite } from '#suite'
import { equal } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import type { SuspensionChange } from '../policy/standing-suspensions.ts'
import { readNotice } from '../suspension.ts'
import type { LedgerRecord } from './record.ts'

/** A record of a notice: with its party, its agreement, and the digest of its bytes. */
export type NoticeRecord = LedgerRecord & Required<Pick<LedgerRecord, 'agreement' | 'digest' | 'from'>>

export function isNotice(record: LedgerRecord): record is NoticeRecord {
  const { event, agreement, digest, from } = record
  const isOne = event === 'agreement-suspension' || event === 'agreement-resumption'
  return isOne && agreement !== undefined && digest !== undefined && from !== undefined
}

function changeOf({ event, agreement, from: by }: NoticeRecord): SuspensionChange {
  return { agreement, by, suspends: event === 'agreement-suspension' }
}

/** The bytes are those that the record names, and say what it says: else `bad-proof`. */
export function requireNoticeOf(record: NoticeRecord, bytes: Uint8Array): void {
  const { agreement, by, kind } = readNotice(bytes)
  const { agreement: named, by: party, suspends } = changeOf(record)
  const same = agreement === named && by === party && (kind === 'suspend') === suspends
  if (!same || !equal(suite.sha256(bytes), record.digest))
    throw new Rejected('bad-proof', `the notice of ${party} on ${named} is not the one that was entered`)
}
