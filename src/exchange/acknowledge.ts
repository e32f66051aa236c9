/**
 * Answers for acknowledgements: signed by the recipient, entered at its gateway, relayed to the sender's and entered there.
 * An outcome moves forward only, from consigned to opened or refused; the same outcome again gives the first answer.
 */
import {
  acknowledge as sign,
  type VerifiedAcknowledgement,
  verifyAcknowledgement,
} from '../../protocol/acknowledgement.ts'
import { equal, fromHex, toHex } from '../../protocol/bytes.ts'
import { partyOf } from '../../protocol/directory.ts'
import { type Code, Rejected } from '../../protocol/errors.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import type { Seconds } from '../../protocol/names.ts'
import { type Effect, effect, rowOf } from '../ledger/effect.ts'
import {
  type AcknowledgementRow,
  acknowledgementsOf,
  insertAcknowledgements,
} from './acknowledgements-table.ts'
import { ownKeys } from './deliver.ts'
import { entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, findEnvelope } from './envelopes-table.ts'
import { answerOf } from './first-answer.ts'
import type { Gateway, Origin } from './gateway.ts'
import { requireOwnWay, sameGateway } from './hosting.ts'
import { markAcknowledged } from './inbox-table.ts'
import { insertOutbox } from './outbox-table.ts'
import { acknowledgementFields, peerReceiptField, registryFields, transferFields } from './records.ts'
import type { AcknowledgementAnswer, Outcome } from './transfer-status.ts'
import { recipientsOf, visibleEnvelope } from './visible.ts'

/** An acknowledgement is worth relaying for as long after it as an envelope may travel. */
const relaySeconds: Seconds = 7 * 24 * 3600

/** Signs with the party's own keys. `code` says why it was refused, and belongs to that outcome alone. */
export async function acknowledge(
  gateway: Gateway,
  id: string,
  outcome: Outcome,
  code?: Code,
): Promise<AcknowledgementAnswer> {
  const envelope = await visibleEnvelope(gateway, id, gateway.party)
  const earlier = (await acknowledgementsOf(gateway.database, envelope)).find(
    (row) => row.recipient === gateway.party && row.outcome === outcome && row.code === (code ?? null),
  )
  // Signing again would give other bytes for the same statement; what was signed first is what went out.
  if (earlier !== undefined) return answerOf(gateway, earlier.entry_key)
  const bytes = sign(
    {
      recipient: gateway.party,
      sender: envelope.issuer,
      envelope: fromHex(envelope.id) ?? new Uint8Array(0),
      digest: envelope.digest,
      outcome,
      ...(code === undefined ? {} : { code }),
      at: gateway.now(),
    },
    ownKeys(gateway).signing,
  )
  return acceptAcknowledgement(gateway, envelope.id, bytes, { kind: 'agency' })
}

/**
 * Takes an acknowledgement from the recipient's own side, or relayed by the recipient's gateway.
 * Throws as `verifyAcknowledgement`, and `not-found`, `forbidden`, `already-acknowledged`.
 */
export async function acceptAcknowledgement(
  gateway: Gateway,
  id: string,
  bytes: Uint8Array,
  origin: Origin,
): Promise<AcknowledgementAnswer> {
  const statement = verifyAcknowledgement(bytes, gateway.directory(), gateway.now())
  requireOwnWay(gateway.directory(), gateway.party, statement.recipient, origin)
  const envelope = await subjectOf(gateway, id, statement)
  const first = await firstOf(gateway, envelope, statement)
  if (first !== undefined) return first
  try {
    return await enter(gateway, envelope, statement, origin)
  } catch (error) {
    if (!(error instanceof Rejected) || error.code !== 'reused-id') throw error
    // The same was asked twice at once, and each signed anew: the other was entered, and answers for both.
    const entered = await firstOf(gateway, envelope, statement)
    if (entered === undefined) throw error
    return entered
  }
}

/** The answer that this outcome got before; `undefined` when it is new. Throws `already-acknowledged`. */
async function firstOf(
  gateway: Gateway,
  envelope: EnvelopeSummary,
  { recipient, outcome, code }: VerifiedAcknowledgement,
): Promise<AcknowledgementAnswer | undefined> {
  const earlier = await acknowledgementsOf(gateway.database, envelope)
  const own = earlier.filter((row) => row.recipient === recipient)
  const same = own.find((row) => row.outcome === outcome && row.code === (code ?? null))
  if (same !== undefined) return answerOf(gateway, same.entry_key)
  if (own.some((row) => row.outcome !== 'consigned')) throw new Rejected('already-acknowledged', outcome)
  return undefined
}

/** The envelope that it is about, as this gateway holds it. */
async function subjectOf(
  gateway: Gateway,
  id: string,
  statement: VerifiedAcknowledgement,
): Promise<EnvelopeSummary> {
  const named = toHex(statement.envelope)
  const envelope = await findEnvelope(gateway.database, statement.sender, named)
  const fits =
    envelope !== undefined &&
    (id === named || id === `${statement.sender}:${named}`) &&
    envelope.allowed &&
    envelope.released &&
    equal(envelope.digest, statement.digest) &&
    recipientsOf(envelope).includes(statement.recipient)
  if (!fits) throw new Rejected('not-found', `acknowledgement by ${statement.recipient}`)
  return envelope
}

async function enter(
  gateway: Gateway,
  envelope: EnvelopeSummary,
  statement: VerifiedAcknowledgement,
  origin: Origin,
): Promise<AcknowledgementAnswer> {
  const step = statement.outcome === 'consigned' ? 'consigned' : 'final'
  const key = entryKeys.acknowledged(envelope, statement.recipient, step)
  const { index, leaf, receipt, repeated } = await gateway.sequencer.push({
    key,
    fingerprint: statement.ownDigest,
    record: { ...recordOf(gateway, envelope, statement), ...peerReceiptField(origin) },
    effects: effectsOf(gateway, envelope, statement, origin, key),
  })
  // From here the acknowledgement, its entry and its outbox row are durable together; a crash before the answer costs one
  // repetition, and the relay finds its row.
  gateway.receiptsGiven.add(key, leaf)
  gateway.logger.info('acknowledgement-received', { envelopeId: envelope.id, party: statement.recipient })
  gateway.signals.outbox.notify()
  gateway.signals.inbox.notify()
  return { index, receipt, repeated }
}

/** Refused or opened, the content was handed over; the outcome says which. */
function recordOf(
  gateway: Gateway,
  envelope: EnvelopeSummary,
  statement: VerifiedAcknowledgement,
): LedgerRecord {
  return {
    ...transferFields(envelope),
    ...acknowledgementFields({
      digest: statement.ownDigest,
      outcome: statement.outcome,
      code: statement.code ?? null,
    }),
    event: statement.outcome === 'consigned' ? 'content-consignment' : 'content-handover',
    actor: statement.recipient,
    at: gateway.now(),
    to: [statement.recipient],
    registry: registryFields(gateway.directory()),
  }
}

function effectsOf(
  gateway: Gateway,
  { issuer, id }: EnvelopeSummary,
  statement: VerifiedAcknowledgement,
  origin: Origin,
  key: string,
): readonly Effect[] {
  const { recipient, outcome, code, ownDigest, bytes, at } = statement
  const row: AcknowledgementRow = {
    ...{ issuer, id, recipient, outcome, code: code ?? null },
    ...{ digest: ownDigest, bytes, at, entry_key: key },
  }
  const store = effect(insertAcknowledgements, row)
  if (origin.kind === 'exchange') return [store]
  const mark = effect(markAcknowledged, { issuer, id, party: recipient, outcome })
  const directory = gateway.directory()
  if (sameGateway(directory, gateway.party, issuer)) return [store, mark]
  const back = {
    ...({ kind: 'acknowledgement', gateway: partyOf(directory, issuer).gateway, state: 'waiting' } as const),
    ...{ issuer, id, recipient, outcome, expires_at: gateway.now() + relaySeconds, held: false },
  }
  return [store, mark, rowOf(insertOutbox, back)]
}
