/** Answers for a ledger found to have two histories: the proof is kept and entered, and witnessing stops until an operator resumes it. */
import { suite } from '#suite'
import { concat, toHex, utf8 } from '../../../protocol/bytes.ts'
import { ownerOfLedger } from '../../../protocol/directory.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { VerifiedCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { formatNote } from '../../../protocol/ledger/note.ts'
import type { Gateway } from '../../exchange/gateway.ts'
import { effect } from '../effect.ts'
import { insertConflicts, readConflicts, settleConflicts } from './conflicts-table.ts'
import type { Held } from './held.ts'
import { markWitnessed } from './witnessed-table.ts'

/** Durable before the ledger is answered, with the row that stops: whoever asks later gets no lines. */
export async function enterConflict(
  gateway: Gateway,
  { note: held = '' }: Held,
  { origin, size, note }: VerifiedCheckpoint,
): Promise<void> {
  const { party, sequencer, logger } = gateway
  const [other, at] = [formatNote(note), gateway.now()]
  const digest = suite.sha256(concat(utf8(held), utf8(other)))
  const detail = `${origin} signed two roots for size ${size}`
  await sequencer.push({
    key: `witness-conflict:${toHex(digest)}`,
    fingerprint: digest,
    record: { event: 'witness-conflict', actor: party, at, detail, digest },
    effects: [
      effect(insertConflicts, { digest, origin, size, held, other, found_at: at, resumed_at: null }),
      effect(markWitnessed, { origin, stopped: true }),
    ],
  })
  logger.error('witness-conflict', { peer: ownerOfLedger(gateway.directory(), origin), ledgerSize: size })
}

/**
 * An operator's decision: the ledger is witnessed again, from what was cosigned here and from nothing else. Throws
 * `not-found` for a conflict that is not open.
 */
export async function resumeWitnessing(gateway: Gateway, digest: Uint8Array): Promise<void> {
  const { party, database, sequencer } = gateway
  const name = toHex(digest)
  const found = (await readConflicts(database)).find((row) => toHex(row.digest) === name)
  if (found === undefined) throw new Rejected('not-found', `conflict ${name}`)
  const { origin, resumed_at } = found
  if (resumed_at !== null) return
  const at = gateway.now()
  await sequencer.push({
    key: `witness-resumed:${name}`,
    fingerprint: digest,
    record: { event: 'operator-action', actor: party, at, detail: `witnessing of ${origin} resumed`, digest },
    effects: [
      effect(settleConflicts, { origin, resumed_at: at }),
      effect(markWitnessed, { origin, stopped: false }),
    ],
  })
}
