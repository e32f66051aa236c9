/** Answers for a small ledger in tests: fixed keys, records that differ, and the tree over their entries. */
import { HeldSigningKey } from '../../keys/signing-key.ts'
import type { CheckpointBody, LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { type Entry, genesisHash, type LedgerDescriptor, makeEntry } from '../../protocol/ledger/entry.ts'
import { appendMany, emptyFrontier, rootOf } from '../../protocol/ledger/merkle.ts'
import type { NodeReader } from '../../protocol/ledger/merkle-proof.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'

export const origin = 'est.example/ledger'
const ed25519 = new HeldSigningKey('ed25519', new Uint8Array(32).fill(1))
const mlDsa44 = new HeldSigningKey('ml-dsa-44', new Uint8Array(32).fill(2))

export const signer: LedgerSigner = {
  keys: { origin, ed25519: ed25519.publicKey, mlDsa44: mlDsa44.publicKey },
  pair: [ed25519, mlDsa44],
}

export const descriptor: LedgerDescriptor = {
  origin,
  ed25519: ed25519.publicKey.bytes,
  mlDsa44: mlDsa44.publicKey.bytes,
  created: 1_760_000_000,
}

export const fullRecord: LedgerRecord = {
  acknowledgement: { digest: new Uint8Array(32).fill(0xac), outcome: 'opened' },
  actor: 'EST',
  agreement: 'EST-NLD-2026',
  at: 1_760_000_060,
  decision: {
    allow: false,
    grounds: ['above-accreditation NLD: SECRET', 'marking-not-in-force EST: SALAJANE'],
    level: 3,
  },
  detail: 'a transfer that was refused',
  digest: new Uint8Array(32).fill(0xd1),
  event: 'submission-rejection',
  from: 'EST',
  idempotency: new Uint8Array(32).fill(0x1d),
  label: {
    policy: 'NATO',
    marking: 'NATO SECRET',
    at: 1_760_000_000,
    compartments: ['ATOMAL'],
    releasability: ['EST', 'NLD'],
    caveats: [],
  },
  messageType: 'clearance.certificate',
  pairSequence: new Map([
    ['NATO', 7],
    ['NLD', 41],
  ]),
  peerReceipt: new Uint8Array(32).fill(0x9e),
  policy: 'pouch/1',
  purpose: 'clearance-confirmation',
  registry: { version: 3, digest: new Uint8Array(32).fill(0x4e) },
  to: ['NLD', 'NATO'],
  transfer: '00112233445566778899aabbccddeeff',
}

export const smallRecord: LedgerRecord = { actor: 'EST', at: 1_760_000_000, event: 'genesis' }

export function keyOf(index: number): Uint8Array {
  return new Uint8Array(32).fill(index)
}

export function recordOf(index: number): LedgerRecord {
  return index % 2 === 0
    ? { ...smallRecord, detail: `entry ${index}` }
    : { ...fullRecord, at: 1_760_000_000 + index }
}

/** The first entries of a ledger. */
export function entries(count: number): readonly Entry[] {
  const made: Entry[] = []
  for (let i = 0; i < count; i++) {
    made.push(makeEntry(made.at(-1)?.hash ?? genesisHash(descriptor), recordOf(i), keyOf(i)))
  }
  return made
}

export function bodyOf(hashes: readonly Uint8Array[]): CheckpointBody {
  return { origin, size: hashes.length, root: treeRoot(hashes) }
}

export function treeRoot(hashes: readonly Uint8Array[]): Uint8Array {
  return rootOf(appendMany(emptyFrontier, hashes))
}

export function readerOf(hashes: readonly Uint8Array[]): NodeReader {
  return (level, index) => treeRoot(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
}
