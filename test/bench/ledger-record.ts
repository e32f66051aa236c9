/** Answers for what is entered in the measurements of the ledger: the record of a permitted transfer, each a little different. */
import { randomFillSync } from 'node:crypto'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import type { NewEvent } from '../../src/ledger/sequencer.ts'
import { fullRecord } from '../support/ledger.ts'

const { actor, agreement, decision, label, messageType, policy, purpose, registry } = fullRecord
const submitted = { actor, agreement, decision, label, messageType, policy, purpose, registry }
const event = 'submission-acceptance'
const transfer = { from: 'EST', to: ['NLD'] }

let made = 0

/** As a gateway enters a submission, without the envelope's own rows. */
export function nextEvent(): NewEvent {
  made += 1
  const digest = randomFillSync(new Uint8Array(32))
  const id = Buffer.from(digest.subarray(0, 16)).toString('hex')
  const about = { event, digest, transfer: id, at: 1_790_000_000 + made } as const
  const record = { ...submitted, ...transfer, ...about } as LedgerRecord
  return { key: `envelope:EST:${id}`, fingerprint: digest, record, counts: transfer, effects: [] }
}
