/** Answers for saying again what was answered before: the same entry, the same receipt, the same decision. */
import { Rejected } from '../../protocol/errors.ts'
import { findEnvelopeByEntry } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { decodeDecision } from './stored-decision.ts'
import type { Submission } from './submission.ts'
import { type AcknowledgementAnswer, stateOf } from './transfer-status.ts'

export async function firstAnswer(gateway: Gateway, entryKey: string): Promise<Submission> {
  const envelope = await findEnvelopeByEntry(gateway.database, entryKey)
  if (envelope === undefined) throw new Rejected('unavailable', 'the first submission is not settled yet')
  const { id, digest, decision } = envelope
  const state = stateOf(envelope)
  return { id, digest, decision: decodeDecision(decision), state, ...(await answerOf(gateway, entryKey)) }
}

/** Entry and rows commit together, so whoever has read a row finds its entry. */
export async function answerOf({ sequencer }: Gateway, entryKey: string): Promise<AcknowledgementAnswer> {
  const entered = await sequencer.find(entryKey)
  if (entered === undefined) throw new Rejected('unavailable', 'the entry is not settled yet')
  const { index, receipt } = entered
  return { index, receipt, repeated: true }
}
