/** Answers for evidence: one file that proves a transfer to a stranger, who needs nothing but the pinned roots (evidence.md). */
import { suite } from '#suite'
import { verifyAcknowledgement } from './acknowledgement.ts'
import { equal, utf8 } from './bytes.ts'
import { decode } from './cbor.ts'
import { type Directory, keysOfLedger, ownerOfLedger } from './directory.ts'
import { type VerifiedEnvelope, verify } from './envelope/verify.ts'
import { Rejected } from './errors.ts'
import { type EvidenceFile, evidenceFile } from './evidence-format.ts'
import {
  type LedgerKeys,
  parseCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from './ledger/checkpoint.ts'
import { verifyRecord } from './ledger/entry.ts'
import { receiptOrigin, verifyReceipt } from './ledger/receipt.ts'
import { type LedgerRecord, parseRecord } from './ledger/record.ts'
import type { PartyId, Seconds } from './names.ts'
import { acceptFirst } from './registry.ts'
import { type Trace, untraced } from './report.ts'
import { rootsDigest } from './roots.ts'

export const evidenceChecks = [
  'encoding',
  'structure',
  'registry',
  'ledger-keys',
  'entries',
  'envelope',
  'peer-receipts',
  'acknowledgements',
  'checkpoint',
] as const
export type EvidenceCheck = (typeof evidenceChecks)[number]

/** What the evidence proves, once every check has passed. */
export interface VerifiedEvidence {
  readonly gateway: PartyId
  readonly envelope: VerifiedEnvelope | undefined
  readonly entries: readonly { readonly index: number; readonly record: LedgerRecord }[]
  /** Parties whose ledgers hold an entry of the same envelope. */
  readonly peers: readonly PartyId[]
  readonly outcomes: readonly {
    readonly recipient: PartyId
    readonly outcome: string
    readonly at: Seconds
  }[]
  readonly checkpoint: VerifiedCheckpoint
}

export function verifyEvidence(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  trace: Trace<EvidenceCheck> = untraced,
): VerifiedEvidence {
  trace('encoding')
  const value = decode(bytes)
  trace('structure')
  const file = evidenceFile.read(value, 'evidence')
  trace('registry')
  requireSameTrust(file.registry, directory)
  trace('ledger-keys')
  const keys = keysOf(file.gateway, parseCheckpoint(utf8(file.checkpoint)).origin, directory, now)
  trace('entries')
  const entries = file.entries.map((entry) => provenEntry(entry, keys))
  const digest = commonDigest(entries.map(({ record }) => record))
  trace('envelope')
  const envelope = provenEnvelope(file, directory, digest, entries[0]?.record.at ?? now)
  trace('peer-receipts')
  const peers = file.peerReceipts.map((peer) => provenPeer(peer, directory, digest, now))
  trace('acknowledgements')
  const outcomes = file.acknowledgements.map((each) =>
    provenOutcome(each, directory, digest, enteredAt(each, entries) ?? now),
  )
  trace('checkpoint')
  const checkpoint = provenCheckpoint(
    file,
    keys,
    entries.map(({ index }) => index),
  )
  return { gateway: file.gateway, envelope, entries, peers, outcomes, checkpoint }
}

/** The registry in the file is the reader's own, or one that the reader's roots signed. */
function requireSameTrust(bytes: Uint8Array, { registry }: Directory): void {
  if (!equal(bytes, registry.bytes)) acceptFirst(bytes, rootsDigest(registry.document.roots))
}

/** The receipt holds for the leaf, and the leaf commits to the record. */
function provenEntry({ record, key, receipt }: EvidenceFile['entries'][number], keys: LedgerKeys) {
  const { leaf, index } = verifyReceipt(receipt, keys)
  const parsed = parseRecord(record)
  verifyRecord(leaf, parsed, key)
  return { index, record: parsed }
}

function commonDigest(records: readonly LedgerRecord[]): Uint8Array {
  const [first] = records
  if (first?.digest === undefined) throw new Rejected('bad-proof', 'an entry names no envelope')
  for (const record of records) sameDigest(record.digest, first.digest, record.event)
  return first.digest
}

function equalDigest(found: unknown, wanted: Uint8Array): boolean {
  return found instanceof Uint8Array && equal(found, wanted)
}

function sameDigest(found: unknown, wanted: Uint8Array, what: string): void {
  if (!equalDigest(found, wanted)) throw new Rejected('bad-proof', `${what} is of another envelope`)
}

/** The envelope is verified as of the time of its first entry: it may well have expired since. */
function provenEnvelope(
  { envelope }: EvidenceFile,
  directory: Directory,
  digest: Uint8Array,
  enteredAt: Seconds,
): VerifiedEnvelope | undefined {
  if (envelope === undefined) return undefined
  const verified = verify(envelope, directory, enteredAt)
  sameDigest(verified.digest, digest, 'the file')
  return verified
}

/** The peer's receipt discloses the digest of the envelope that its entry is about. */
function provenPeer(
  { party, receipt }: EvidenceFile['peerReceipts'][number],
  directory: Directory,
  digest: Uint8Array,
  now: Seconds,
): PartyId {
  const { disclosed } = verifyReceipt(receipt, keysOf(party, receiptOrigin(receipt), directory, now))
  sameDigest(disclosed.get('digest'), digest, `the receipt of ${party}`)
  return party
}

/** Of a ledger of this party: its present one, or one that it succeeded. */
function keysOf(party: PartyId, origin: string, directory: Directory, now: Seconds): LedgerKeys {
  if (ownerOfLedger(directory, origin) !== party)
    throw new Rejected('unknown-party', `${origin} is not ${party}`)
  return keysOfLedger(directory, origin, now)
}

/** When the ledger took the acknowledgement in: its keys may have been revoked since. */
function enteredAt(
  bytes: Uint8Array,
  entries: readonly { readonly record: LedgerRecord }[],
): Seconds | undefined {
  const digest = suite.sha256(bytes)
  return entries.find(({ record: { acknowledgement } }) => equalDigest(acknowledgement?.digest, digest))
    ?.record.at
}

function provenOutcome(bytes: Uint8Array, directory: Directory, digest: Uint8Array, at: Seconds) {
  const { recipient, outcome, at: signedAt, digest: about } = verifyAcknowledgement(bytes, directory, at)
  sameDigest(about, digest, `the acknowledgement of ${recipient}`)
  return { recipient, outcome, at: signedAt }
}

function provenCheckpoint(
  { checkpoint }: EvidenceFile,
  keys: LedgerKeys,
  indices: readonly number[],
): VerifiedCheckpoint {
  const verified = verifyCheckpoint(utf8(checkpoint), keys)
  const beyond = indices.find((index) => index >= verified.size)
  if (beyond !== undefined) throw new Rejected('bad-proof', `the checkpoint does not reach entry ${beyond}`)
  return verified
}
