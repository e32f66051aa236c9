/** Answers for how far a transfer has come: the decision, each recipient's relay, and what was acknowledged. */
import { partyOf } from '../../protocol/directory.ts'
import type { PartyId } from '../../protocol/names.ts'
import { type AcknowledgementRow, acknowledgementsOf } from './acknowledgements-table.ts'
import type { EnvelopeSummary } from './envelopes-table.ts'
import { answerOf } from './first-answer.ts'
import type { Gateway } from './gateway.ts'
import { type OutboxRow, outboxOf } from './outbox-table.ts'
import { decodeDecision } from './stored-decision.ts'
import { type RecipientStatus, stateOf, type TransferStatus } from './transfer-status.ts'
import { recipientsOf, visibleEnvelope } from './visible.ts'

/** For its sender the whole of it, for a recipient its own part. Throws `not-found`. */
export async function transferStatus(gateway: Gateway, id: string, party: PartyId): Promise<TransferStatus> {
  const envelope = await visibleEnvelope(gateway, id, party)
  const { index } = await answerOf(gateway, envelope.entry_key)
  const relays = await outboxOf(gateway.database, envelope)
  const acknowledgements = await acknowledgementsOf(gateway.database, envelope)
  const known = { envelope, relays, acknowledgements }
  const shown = recipientsOf(envelope).filter((each) => party === envelope.issuer || party === each)
  return {
    id: envelope.id,
    issuer: envelope.issuer,
    digest: envelope.digest,
    decision: decodeDecision(envelope.decision),
    state: stateOf(envelope),
    quorum: envelope.quorum,
    index,
    acceptedAt: envelope.accepted_at,
    expiresAt: envelope.expires_at,
    recipients: shown.map((each) => recipientStatus(gateway, each, known)),
  }
}

interface Known {
  readonly envelope: EnvelopeSummary
  readonly relays: readonly OutboxRow[]
  readonly acknowledgements: readonly AcknowledgementRow[]
}

function recipientStatus(
  gateway: Gateway,
  party: PartyId,
  { envelope, relays, acknowledgements }: Known,
): RecipientStatus {
  const there = partyOf(gateway.directory(), party).gateway
  const relay = relays.find(({ kind, gateway: to }) => kind === 'envelope' && to === there)
  const last = latest(acknowledgements.filter(({ recipient }) => recipient === party))
  return {
    party,
    relay: relayState(envelope, relay),
    ...(relay === undefined || relay.code === null ? {} : { code: relay.code }),
    ...(last === undefined ? {} : { acknowledgement: statementOf(last) }),
  }
}

function relayState({ released }: EnvelopeSummary, relay: OutboxRow | undefined): RecipientStatus['relay'] {
  if (relay === undefined) return released ? 'here' : 'held'
  return relay.held && relay.state === 'waiting' ? 'held' : relay.state
}

function latest(own: readonly AcknowledgementRow[]): AcknowledgementRow | undefined {
  return own.find(({ outcome }) => outcome !== 'consigned') ?? own[0]
}

function statementOf({ outcome, code, at }: AcknowledgementRow) {
  return { outcome, at, ...(code === null ? {} : { code }) }
}
