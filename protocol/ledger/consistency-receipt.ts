/**
 * Answers for consistency receipts: RFC 9942 receipts by both ledger keys that a ledger only grew, from one root to
 * another (consistency.md).
 */
import { equal } from '../bytes.ts'
import { decode } from '../cbor.ts'
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import type { Seconds } from '../names.ts'
import { type Trace, untraced } from '../report.ts'
import type { CheckpointBody, LedgerKeys } from './checkpoint.ts'
import { consistencySign1 } from './cose-receipt.ts'
import { type Consistency, consistencyRoot } from './merkle-proof.ts'
import {
  checkHeaders,
  checkSignatures,
  parseRootHeader,
  type RootSignatures,
  receiptsOver,
  type Sign1,
  signatureIn,
} from './signed-root.ts'

export const consistencyType = 'pouch-consistency-v1'
const maxBytes = 65_536

const consistencyFile = is.record({
  type: is.field('type', is.oneOf(consistencyType)),
  /** The root of the first tree, which the reader compares with the one it holds. */
  first: is.field('first', is.bytes(32)),
  receipts: is.field('receipts', is.tuple(is.embedded(consistencySign1), is.embedded(consistencySign1))),
})

/** That the tree which was signed continues the one with this root. */
export function consistencyReceipt(
  signed: RootSignatures,
  first: Uint8Array,
  proof: Consistency,
): Uint8Array {
  if (proof.second !== signed.size) throw new RangeError('the proof is of a tree of another size')
  return is.encodeAs(consistencyFile, { type: consistencyType, first, receipts: receiptsOver(signed, proof) })
}

export const consistencyChecks = ['encoding', 'structure', 'keys', 'proof', 'signatures', 'expected'] as const
export type ConsistencyCheck = (typeof consistencyChecks)[number]

declare const verified: unique symbol
/** What a ledger said, with both of its keys, of how it grew. */
export interface VerifiedConsistency {
  readonly [verified]: true
  readonly origin: string
  readonly first: Omit<CheckpointBody, 'origin'>
  readonly second: Omit<CheckpointBody, 'origin'>
  readonly at: Seconds
}

/** `held` is the tree that the reader knows already: the proof must start from it. */
export function verifyConsistencyReceipt(
  bytes: Uint8Array,
  keys: LedgerKeys,
  held?: Omit<CheckpointBody, 'origin'>,
  trace: Trace<ConsistencyCheck> = untraced,
): VerifiedConsistency {
  const { first, receipts, headers } = parse(bytes, trace)
  trace('keys')
  checkHeaders(headers, keys)
  trace('proof')
  const [proof, root] = sharedProof(first, receipts)
  if (!headers.every(({ treeSize }) => treeSize === proof.second))
    throw new Rejected('bad-proof', 'the proof is of a tree of another size')
  trace('signatures')
  checkSignatures(receipts.map(signatureIn), keys, root)
  trace('expected')
  if (held !== undefined && (held.size !== proof.first || !equal(held.root, first)))
    throw new Rejected('bad-proof', 'the receipt starts from another tree')
  return {
    origin: keys.origin,
    first: { size: proof.first, root: first },
    second: { size: proof.second, root },
    at: Math.max(...headers.map(({ claims }) => claims.iat)),
  } as VerifiedConsistency
}

/** The ledger that the receipt says it is of, by which its keys are looked up; not verified. */
export function consistencyOrigin(bytes: Uint8Array): string {
  return parse(bytes, untraced).headers[0].claims.iss
}

function parse(bytes: Uint8Array, trace: Trace<ConsistencyCheck>) {
  trace('encoding')
  if (bytes.length > maxBytes) throw new Rejected('too-large', 'consistency receipt')
  const value = decode(bytes)
  trace('structure')
  const { first, receipts } = consistencyFile.read(value, 'consistency receipt')
  const headers = [parseRootHeader(receipts[0][0]), parseRootHeader(receipts[1][0])] as const
  return { first, receipts, headers }
}

/** Both receipts are about the same two trees. */
function sharedProof(
  firstRoot: Uint8Array,
  [one, other]: readonly [Sign1<Consistency>, Sign1<Consistency>],
): readonly [Consistency, Uint8Array] {
  const [proof, again] = [one[1].vdp.proofs[0], other[1].vdp.proofs[0]]
  if (proof === undefined || again === undefined) throw new Rejected('bad-proof', 'receipt without proof')
  const root = consistencyRoot(firstRoot, proof)
  const same = proof.first === again.first && proof.second === again.second
  if (!same || !equal(root, consistencyRoot(firstRoot, again)))
    throw new Rejected('bad-proof', 'the receipts are not of the same two trees')
  return [proof, root]
}
