/** Answers for receipts: RFC 9942 inclusion receipts by both ledger keys, with the leaf they are about (receipt.md). */
import { equal } from '../bytes.ts'
import { type CborValue, decode } from '../cbor.ts'
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import type { Seconds } from '../names.ts'
import { type Trace, untraced } from '../report.ts'
import type { CheckpointBody, LedgerKeys } from './checkpoint.ts'
import { inclusionSign1 } from './cose-receipt.ts'
import { verifyDisclosures } from './disclosure.ts'
import { leafHash } from './merkle.ts'
import { type Inclusion, inclusionRoot } from './merkle-proof.ts'
import type { FieldName } from './record.ts'
import {
  checkHeaders,
  checkSignatures,
  parseRootHeader,
  type RootHeader,
  type RootSignatures,
  receiptsOver,
  type Sign1,
  signatureIn,
} from './signed-root.ts'

export const receiptType = 'pouch-receipt-v1'
const maxReceiptBytes = 65_536
const maxLeafBytes = 1024

const receiptFile = is.record({
  type: is.field('type', is.oneOf(receiptType)),
  leaf: is.field('leaf', is.bytes(1, maxLeafBytes)),
  receipts: is.field('receipts', is.tuple(is.embedded(inclusionSign1), is.embedded(inclusionSign1))),
  /** Fields of the record, each with its proof: they say what the entry is about. */
  disclosures: is.optional('disclosures', is.list(is.bytes(1, 16_384), 1, 32)),
})

/** The receipt of one entry. The proof is made in the tree that was signed. */
export function receipt(
  signed: RootSignatures,
  leaf: Uint8Array,
  inclusion: Inclusion,
  disclosures: readonly Uint8Array[] = [],
): Uint8Array {
  if (inclusion.size !== signed.size) throw new RangeError('the proof is of a tree of another size')
  const shown = disclosures.length === 0 ? {} : { disclosures }
  return is.encodeAs(receiptFile, {
    type: receiptType,
    leaf,
    receipts: receiptsOver(signed, inclusion),
    ...shown,
  })
}

export const receiptChecks = [
  'encoding',
  'structure',
  'keys',
  'proof',
  'signatures',
  'disclosures',
  'expected',
] as const
export type ReceiptCheck = (typeof receiptChecks)[number]

declare const verified: unique symbol
/** What a ledger said of one entry, signed with both of its keys. */
export interface VerifiedReceipt extends CheckpointBody {
  readonly [verified]: true
  readonly index: number
  readonly leaf: Uint8Array
  readonly at: Seconds
  /** The fields of the record that the receipt shows, each proven under the leaf. */
  readonly disclosed: ReadonlyMap<FieldName, CborValue>
}

/** What the reader knows already, and the receipt must agree with. */
export interface ExpectedReceipt {
  readonly leaf?: Uint8Array
  readonly index?: number
}

export function verifyReceipt(
  bytes: Uint8Array,
  keys: LedgerKeys,
  expected: ExpectedReceipt = {},
  trace: Trace<ReceiptCheck> = untraced,
): VerifiedReceipt {
  const { leaf, receipts, disclosures, parsed } = parseReceipt(bytes, trace)
  trace('keys')
  checkHeaders(parsed, keys)
  trace('proof')
  const [inclusion, root] = sharedProof(receipts, parsed, leaf)
  trace('signatures')
  checkSignatures(receipts.map(signatureIn), keys, root)
  trace('disclosures')
  const disclosed = verifyDisclosures(leaf, disclosures)
  trace('expected')
  checkExpected(expected, leaf, inclusion.index)
  const { index, size } = inclusion
  const at = Math.max(...parsed.map((each) => each.claims.iat))
  return { origin: keys.origin, index, size, root, leaf, at, disclosed } as VerifiedReceipt
}

/** The ledger that the receipt says it is of, by which its keys are looked up; not verified. */
export function receiptOrigin(bytes: Uint8Array): string {
  return parseReceipt(bytes, untraced).parsed[0].claims.iss
}

function parseReceipt(bytes: Uint8Array, trace: Trace<ReceiptCheck>) {
  trace('encoding')
  if (bytes.length > maxReceiptBytes) throw new Rejected('too-large', 'receipt')
  const value = decode(bytes)
  trace('structure')
  const { leaf, receipts, disclosures = [] } = receiptFile.read(value, 'receipt')
  const parsed = [parseRootHeader(receipts[0][0]), parseRootHeader(receipts[1][0])] as const
  return { leaf, receipts, disclosures, parsed }
}

/** Both receipts are about one place in one tree. The leaf is hashed here, so that no inner node passes for one. */
function sharedProof(
  [first, second]: readonly [Sign1<Inclusion>, Sign1<Inclusion>],
  parsed: readonly RootHeader[],
  leaf: Uint8Array,
): readonly [Inclusion, Uint8Array] {
  const [one, other] = [first[1].vdp.proofs[0], second[1].vdp.proofs[0]]
  if (one === undefined || other === undefined) throw new Rejected('bad-proof', 'receipt without proof')
  const root = inclusionRoot(leafHash(leaf), one)
  const same = one.index === other.index && equal(root, inclusionRoot(leafHash(leaf), other))
  const sized = parsed.every(({ treeSize }) => treeSize === one.size) && one.size === other.size
  if (!same || !sized) throw new Rejected('bad-proof', 'the receipts are not of one place in one tree')
  return [one, root]
}

function checkExpected(expected: ExpectedReceipt, leaf: Uint8Array, index: number): void {
  const other = expected.leaf !== undefined && !equal(expected.leaf, leaf)
  if (other || (expected.index !== undefined && expected.index !== index)) {
    throw new Rejected('bad-proof', 'the receipt is of another entry')
  }
}
