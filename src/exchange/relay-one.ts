/** Answers for one attempt to relay one envelope or acknowledgement, and for entering how it ended. */
import { equal } from '../../protocol/bytes.ts'
import { type Directory, ledgerKeysOf, ownerOfLedger, partyOf } from '../../protocol/directory.ts'
import { type Code, Rejected } from '../../protocol/errors.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { receiptOrigin, verifyReceipt } from '../../protocol/ledger/receipt.ts'
import type { LedgerEvent } from '../../protocol/ledger/record.ts'
import { rowOf } from '../ledger/effect.ts'
import { acknowledgementFor } from './acknowledgements-table.ts'
import { type BackOff, type Circuits, delayAfter } from './peer/circuits.ts'
import { isEarned } from './earned.ts'
import { entryKeys } from './envelope-name.ts'
import type { EnvelopeRow, EnvelopeSummary } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { type OutboxRow, postpone, type Settlement, settleOutbox } from './outbox-table.ts'
import { postToPeer } from './peer/peer.ts'
import type { PeerAnswer } from './peer/peer-answer.ts'
import type { VerifiedSignatures } from './peer/verified-signatures.ts'
import { acknowledgementFields, registryFields, transferFields } from './records.ts'
import { recipientsOf } from './visible.ts'

export interface Attempt {
  readonly gateway: Gateway
  readonly circuits: Circuits
  /** Of receipts of other gateways. */
  readonly verified: VerifiedSignatures
  readonly backOff: BackOff
  readonly stop: AbortSignal
}

/** A row that was claimed, with its envelope; the bytes are there when it is the envelope that is relayed. */
export interface Relayed {
  readonly row: OutboxRow
  readonly envelope: EnvelopeRow | undefined
}

export async function relayOne(attempt: Attempt, { row, envelope }: Relayed): Promise<void> {
  const { gateway, circuits } = attempt
  if (envelope === undefined) throw new Error(`outbox row ${row.position} without its envelope`)
  if (row.expires_at <= gateway.now())
    return settle(attempt, row, envelope, { state: 'failed', code: 'expired' })
  if (!envelope.released) throw new Error(`outbox row ${row.position} was claimed before its release`)
  const body = await bodyOf(gateway, row, envelope)
  if (row.kind === 'envelope' && !(await isEarned(gateway, envelope, body))) return
  const answer = await answerOfPeer(attempt, row, envelope, body)
  switch (answer.kind) {
    case 'taken':
      circuits.answered(row.gateway)
      return settle(attempt, row, envelope, { state: 'done', ...answer })
    case 'refused':
      circuits.answered(row.gateway)
      return settle(attempt, row, envelope, { state: 'refused', code: answer.code })
    case 'unsettled':
      return retryLater(attempt, row, answer)
  }
}

type ProvenAnswer =
  | Exclude<PeerAnswer, { readonly kind: 'taken' }>
  | (Extract<PeerAnswer, { readonly kind: 'taken' }> & { readonly leaf: Uint8Array })

// A crash after the peer took it and before this is entered: the claim passes, the same bytes go again, and the peer gives
// the same receipt. It may have entered it once; so have we.
async function answerOfPeer(
  { gateway, stop, verified }: Attempt,
  row: OutboxRow,
  envelope: EnvelopeSummary,
  body: Uint8Array,
): Promise<ProvenAnswer> {
  const answer = await postToPeer({
    peers: gateway.peers,
    targetUri: targetOf(row),
    body,
    receiptLeaf: await receiptLeafFor(gateway, row, envelope),
    key: gateway.keys.transport,
    now: gateway.now(),
    timeoutMilliseconds: 1000 * gateway.limits.relayTimeoutSeconds,
    stop,
  })
  if (answer.kind !== 'taken') return answer
  const expected = { gateway: row.gateway, digest: envelope.digest }
  const leaf = provenBy(gateway, verified, answer.receipt, expected)
  return leaf === undefined ? { kind: 'unsettled', away: false } : { ...answer, leaf }
}

function targetOf({ kind, gateway, id }: OutboxRow): string {
  const path = kind === 'envelope' ? '/v1/envelopes' : `/v1/envelopes/${id}/acknowledgement`
  return new URL(path, gateway).href
}

async function bodyOf({ database }: Gateway, row: OutboxRow, envelope: EnvelopeRow): Promise<Uint8Array> {
  const bytes = row.kind === 'envelope' ? envelope.bytes : (await acknowledgementFor(database, row))?.bytes
  if (bytes === undefined || bytes === null) throw new Error(`outbox row ${row.position} without its bytes`)
  return bytes
}

/** Of the entry by which this gateway took what it relays: the other one enters it, and each ledger proves the other. */
async function receiptLeafFor(
  { database, sequencer, receiptsGiven }: Gateway,
  row: OutboxRow,
  envelope: EnvelopeSummary,
): Promise<Uint8Array | undefined> {
  const { entry_key } = (await acknowledgementFor(database, row)) ?? envelope
  const given = receiptsGiven.leafHashOf(entry_key)
  if (given !== undefined) return given
  const entered = await sequencer.find(entry_key)
  return entered && leafHash(entered.leaf)
}

/** The entry about this envelope that a ledger of that gateway, by its keys in the registry, says it holds. */
function provenBy(
  gateway: Gateway,
  verified: VerifiedSignatures,
  receipt: Uint8Array,
  expected: { readonly gateway: string; readonly digest: Uint8Array },
): Uint8Array | undefined {
  const directory = gateway.directory()
  try {
    const owner = ownerOfLedger(directory, receiptOrigin(receipt))
    const keys = verified.by(ledgerKeysOf(directory, owner, gateway.now()))
    const { disclosed, leaf } = verifyReceipt(receipt, keys)
    const about = disclosed.get('digest')
    const isPeer = partyOf(directory, owner).gateway === expected.gateway
    return isPeer && about instanceof Uint8Array && equal(about, expected.digest) ? leaf : undefined
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

async function retryLater(
  { gateway, circuits, backOff }: Attempt,
  row: OutboxRow,
  { away, afterSeconds = 0 }: Extract<PeerAnswer, { readonly kind: 'unsettled' }>,
): Promise<void> {
  const wait = away
    ? circuits.failed(row.gateway, performance.now(), 1000 * afterSeconds)
    : delayAfter(row.attempts, backOff)
  gateway.logger.warn('peer-unreachable', { envelopeId: row.id, attempt: row.attempts, milliseconds: wait })
  await postpone(gateway.database, row.position, wait)
  setTimeout(() => gateway.signals.outbox.notify(), wait).unref()
}

type End =
  | { readonly state: 'done'; readonly receipt: Uint8Array; readonly leaf: Uint8Array }
  | { readonly state: 'refused' | 'failed'; readonly code: Code }

const events = {
  done: 'relay-acceptance',
  refused: 'relay-rejection',
  failed: 'relay-failure',
} as const satisfies Record<End['state'], LedgerEvent>

async function settle(
  { gateway }: Attempt,
  row: OutboxRow,
  envelope: EnvelopeSummary,
  end: End,
): Promise<void> {
  const key = entryKeys.relayed(row.position)
  const event = events[end.state]
  const directory = gateway.directory()
  const statement = await acknowledgementFor(gateway.database, row)
  const settlement: Settlement = {
    position: row.position,
    state: end.state,
    code: end.state === 'done' ? null : end.code,
    peer_receipt: end.state === 'done' ? end.receipt : null,
    entry_key: key,
  }
  await gateway.sequencer.push({
    key,
    fingerprint: envelope.digest,
    record: {
      ...transferFields(envelope),
      event,
      actor: gateway.party,
      at: gateway.now(),
      to: recipientsAt(directory, row, envelope),
      registry: registryFields(directory),
      ...(statement === undefined ? {} : acknowledgementFields(statement)),
      ...(end.state === 'done' ? { peerReceipt: leafHash(end.leaf) } : { detail: end.code }),
    },
    effects: [rowOf(settleOutbox, settlement)],
  })
  // From here entry and row are durable together: the row is not claimed again.
  gateway.logger.info(event, { envelopeId: envelope.id })
}

/** Whom it was for: the recipients at that gateway, or the sender to whom an acknowledgement went back. */
function recipientsAt(directory: Directory, row: OutboxRow, envelope: EnvelopeSummary): readonly string[] {
  if (row.kind === 'acknowledgement') return [envelope.issuer]
  return recipientsOf(envelope).filter((party) => partyOf(directory, party).gateway === row.gateway)
}
