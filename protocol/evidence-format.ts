/** Answers for the bytes of an evidence file: all that proves one transfer, in one file, as evidence.md gives it. */
import { bytes, field, list, type Of, oneOf, optional, record, text } from './codec.ts'
import { maxEnvelopeBytes } from './envelope/format.ts'
import { partyId } from './names.ts'

const maxReceipt = 65536

/** One entry of the gateway's ledger, disclosed whole: its record, the key that its leaf commits with, its receipt. */
const evidenceEntry = record({
  record: field('record', bytes(1, maxReceipt)),
  key: field('key', bytes(32)),
  receipt: field('receipt', bytes(1, maxReceipt)),
})

export const evidenceFile = record({
  type: field('type', oneOf('pouch-evidence-v1')),
  /** Whose gateway made the file: its ledger holds the entries. */
  gateway: field('gateway', partyId),
  /** The registry version in force; its reader accepts it by the roots that the reader has pinned. */
  registry: field('registry', bytes(1, 64 * 1024 * 1024)),
  /** Absent for a transfer that was refused: nothing but its digest was kept. */
  envelope: optional('envelope', bytes(1, maxEnvelopeBytes)),
  entries: field('entries', list(evidenceEntry, 1, 4096)),
  /** What other gateways' ledgers say of the same envelope. */
  peerReceipts: field(
    'peer-receipts',
    list(
      record({ party: field('party', partyId), receipt: field('receipt', bytes(1, maxReceipt)) }),
      0,
      1024,
    ),
  ),
  acknowledgements: field('acknowledgements', list(bytes(1, maxReceipt), 0, 1024)),
  /** The ledger's newest checkpoint: a signed note. */
  checkpoint: field('checkpoint', text(maxReceipt)),
})
export type EvidenceFile = Of<typeof evidenceFile>
