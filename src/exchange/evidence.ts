/** Answers for the evidence of a transfer: one file with all that this gateway can prove of it (protocol/evidence.md). */
import { utf8 } from '../../protocol/bytes.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { ownerOfLedger } from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type EvidenceFile, evidenceFile } from '../../protocol/evidence-format.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { receiptOrigin } from '../../protocol/ledger/receipt.ts'
import type { Entered } from '../ledger/answer.ts'
import { readCheckpoint } from '../ledger/checkpoints-table.ts'
import { findEntries } from '../ledger/entries-table.ts'
import { acknowledgementsOf } from './acknowledgements-table.ts'
import { mayRead } from './earned.ts'
import { entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, envelopeBytes } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { type InboxRow, inboxOf } from './inbox-table.ts'
import { type OutboxRow, outboxOf } from './outbox-table.ts'
import { visibleEnvelope } from './visible.ts'

/** For the gateway's own party, as sender or recipient. Throws `not-found`. */
export async function evidence(gateway: Gateway, id: string): Promise<Uint8Array> {
  const { database } = gateway
  const envelope = await visibleEnvelope(gateway, id, gateway.party)
  const bytes = await envelopeBytes(database, envelope.issuer, envelope.id)
  if (bytes !== undefined && !(await mayRead(gateway, envelope, bytes, gateway.party))) {
    throw new Rejected('not-found')
  }
  const relays = await outboxOf(database, envelope)
  const acknowledgements = await acknowledgementsOf(database, envelope)
  const keys = [
    envelope.entry_key,
    ...(await inboxOf(database, envelope)).flatMap((row) => readingKeys(envelope, row)),
    ...acknowledgements.map(({ entry_key }) => entry_key),
    ...relays.flatMap(({ entry_key }) => (entry_key === null ? [] : [entry_key])),
  ]
  const entries = await entriesOf(gateway, keys)
  return encodeAs(evidenceFile, {
    type: 'pouch-evidence-v1',
    gateway: gateway.party,
    registry: gateway.directory().registry.bytes,
    ...(bytes === undefined ? {} : { envelope: bytes }),
    entries: entries.map(({ record, key, receipt }) => ({ record, key, receipt })),
    peerReceipts: relays.flatMap((relay) => peerReceiptOf(gateway, relay)),
    acknowledgements: acknowledgements.map((row) => row.bytes),
    checkpoint: await checkpointOver(gateway, entries),
  })
}

function readingKeys(envelope: EnvelopeSummary, row: InboxRow): readonly string[] {
  return [
    ...(row.consigned_to_reader ? [entryKeys.consigned(envelope, row.party)] : []),
    ...(row.handed_over ? [entryKeys.handedOver(envelope, row.party)] : []),
  ]
}

type Disclosed = EvidenceFile['entries'][number] & Pick<Entered, 'size' | 'checkpoint'>

/**
 * The newest one stored, or that of the last entry's own receipt: what was signed a moment ago is stored with the next batch.
 */
async function checkpointOver({ database }: Gateway, entries: readonly Disclosed[]): Promise<string> {
  const stored = await readCheckpoint(database)
  const last = entries.at(-1)
  const newest = last === undefined || sizeOf(stored) >= last.size ? stored : last.checkpoint
  if (newest === undefined) throw new Rejected('unavailable', 'no checkpoint yet')
  return newest
}

function sizeOf(checkpoint: string | undefined): number {
  return checkpoint === undefined ? 0 : parseCheckpoint(utf8(checkpoint)).size
}

/** Each disclosed whole, in the ledger's order; a record that was shredded can be proven by nobody any more. */
async function entriesOf(
  { database, sequencer }: Gateway,
  keys: readonly string[],
): Promise<readonly Disclosed[]> {
  const stored = await findEntries(database, keys)
  const disclosed: Disclosed[] = []
  for (const { key, record, secret } of stored.toSorted((a, b) => a.index - b.index)) {
    const entered = await sequencer.find(key)
    if (record === null || secret === null || entered === undefined) continue
    const { receipt, size, checkpoint } = entered
    disclosed.push({ record, key: secret, receipt, size, checkpoint })
  }
  return disclosed
}

function peerReceiptOf(gateway: Gateway, { peer_receipt: receipt }: OutboxRow): EvidenceFile['peerReceipts'] {
  if (receipt === null) return []
  return [{ party: ownerOfLedger(gateway.directory(), receiptOrigin(receipt)), receipt }]
}
