/** Answers for a ledger that a test grows, forks and signs as it likes, with the keys of a party: nobody enters anything in it. */
import { randomBytes } from 'node:crypto'
import { type LedgerSigner, signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { proveConsistency } from '../../protocol/ledger/merkle-proof.ts'
import { formatAddCheckpoint } from '../../protocol/ledger/witness.ts'
import type { Seconds } from '../../protocol/names.ts'
import { readerOf, treeRoot } from './ledger.ts'
import type { World } from './world.ts'

export interface GrownLedger {
  readonly signer: LedgerSigner
  readonly hashes: readonly Uint8Array[]
  grow(by: number): GrownLedger
  /** Another history that shares only the first entries with this one. */
  fork(at: number, size?: number): GrownLedger
  root(size?: number): Uint8Array
  checkpoint(size?: number, at?: Seconds): string
  proof(old: number, size?: number): readonly Uint8Array[]
  /** What a ledger sends to a witness that it believes to be at `old`. */
  request(old: number, size?: number): string
}

/** What the party's gateway signs with, in this world. */
export function ledgerSignerOf(world: World, party: string): LedgerSigner {
  const listed = world.document.parties.find(({ id }) => id === party)
  const [ed25519, mlDsa44] = world.party(party).ledger
  const keys = {
    origin: listed?.ledger ?? '',
    ed25519: ed25519.publicKey,
    mlDsa44: mlDsa44.publicKey,
  }
  return { keys, pair: [ed25519, mlDsa44] }
}

export function grownLedger(signer: LedgerSigner, now: () => Seconds, size: number): GrownLedger {
  return withHashes(signer, now, news(size))
}

function news(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array(randomBytes(32)))
}

function withHashes(signer: LedgerSigner, now: () => Seconds, hashes: readonly Uint8Array[]): GrownLedger {
  const { length } = hashes
  const root = (size = length): Uint8Array => treeRoot(hashes.slice(0, size))
  const checkpoint = (size = length, at = now()): string =>
    signCheckpoint({ origin: signer.keys.origin, size, root: root(size) }, signer, at)
  const proof = (old: number, size = length): readonly Uint8Array[] =>
    old === 0 ? [] : proveConsistency(old, size, readerOf(hashes.slice(0, size))).path
  return {
    signer,
    hashes,
    grow: (by) => withHashes(signer, now, [...hashes, ...news(by)]),
    fork: (at, size = length) => withHashes(signer, now, [...hashes.slice(0, at), ...news(size - at)]),
    root,
    checkpoint,
    proof,
    request: (old, size = length) =>
      formatAddCheckpoint({ old, proof: proof(old, size), checkpoint: checkpoint(size) }),
  }
}
