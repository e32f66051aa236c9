/** Answers for receipts: RFC 9942 inclusion receipts by both ledger keys, with the leaf they are about (receipt.md). */
import { equal } from '../bytes.ts'
import { type CborValue, decode } from '../cbor.ts'
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import { coseAlgorithm, keyId, type SigningKey, type VerificationKey } from '../key.ts'
import type { Seconds } from '../names.ts'
import { claims, headers } from '../numbers.ts'
import { type Trace, untraced } from '../report.ts'
import type { CheckpointBody, LedgerKeys, LedgerSigner } from './checkpoint.ts'
import { inclusionSign1, rfc9162Sha256, rootMessage } from './cose-receipt.ts'
import { verifyDisclosures } from './disclosure.ts'
import { leafHash } from './merkle.ts'
import { type Inclusion, inclusionRoot } from './merkle-proof.ts'
import type { FieldName } from './record.ts'

const header = is.record({
  alg: is.field(headers.alg, is.integer),
  kid: is.field(headers.kid, keyId),
  claims: is.field(
    headers.cwtClaims,
    is.record({ iss: is.field(claims.iss, is.text()), iat: is.field(claims.iat, is.seconds) }),
  ),
  vds: is.field(headers.vds, is.oneOf(rfc9162Sha256)),
  /** The root alone does not fix the size of its tree, and the proof is not signed: so the size is. */
  treeSize: is.field(headers.treeSize, is.unsigned),
})

type Header = is.Of<typeof header>

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

type Sign1 = is.Of<typeof inclusionSign1>

interface RootSignature {
  readonly protectedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** Both keys' signatures of one root: made once, and good for a receipt of any entry under that root. */
export interface RootSignatures extends CheckpointBody {
  readonly signatures: readonly [RootSignature, RootSignature]
}

export function signRoot(body: CheckpointBody, { keys, pair }: LedgerSigner, at: Seconds): RootSignatures {
  if (body.origin !== keys.origin) throw new RangeError('a ledger signs its own roots')
  const by = (key: SigningKey): RootSignature => {
    const protectedBytes = rootHeader(body, key, at)
    return { protectedBytes, signature: key.sign(rootMessage(protectedBytes, body.root)) }
  }
  return { ...body, signatures: [by(pair[0]), by(pair[1])] }
}

/** The same beside the calling thread, both keys at once. */
export async function signRootOffThread(
  body: CheckpointBody,
  { keys, pair }: LedgerSigner,
  at: Seconds,
): Promise<RootSignatures> {
  if (body.origin !== keys.origin) throw new RangeError('a ledger signs its own roots')
  const by = async (key: SigningKey): Promise<RootSignature> => {
    const protectedBytes = rootHeader(body, key, at)
    return { protectedBytes, signature: await key.signOffThread(rootMessage(protectedBytes, body.root)) }
  }
  return { ...body, signatures: await Promise.all([by(pair[0]), by(pair[1])]) }
}

function rootHeader({ origin, size }: CheckpointBody, key: SigningKey, at: Seconds): Uint8Array {
  return is.encodeAs(header, {
    alg: coseAlgorithm(key.algorithm),
    kid: key.id,
    claims: { iss: origin, iat: at },
    vds: rfc9162Sha256,
    treeSize: size,
  })
}

/** Throws as `verifyReceipt` does unless both keys signed this size and root. */
export function verifyRoot({ root, size, signatures }: RootSignatures, keys: LedgerKeys): void {
  for (const [i, key] of [keys.ed25519, keys.mlDsa44].entries()) {
    const { protectedBytes, signature } = signatures[i === 0 ? 0 : 1]
    const parsed = is.decodeAs(header, protectedBytes, 'receipt header')
    checkHeader(parsed, key, keys.origin)
    if (parsed.treeSize !== size) throw new Rejected('bad-proof', 'the root of another size is signed')
    if (!key.verify(rootMessage(protectedBytes, root), signature)) {
      throw new Rejected('bad-signature', `key ${key.id}`)
    }
  }
}

/** The receipt of one entry. The proof is made in the tree that was signed. */
export function receipt(
  signed: RootSignatures,
  leaf: Uint8Array,
  inclusion: Inclusion,
  disclosures: readonly Uint8Array[] = [],
): Uint8Array {
  if (inclusion.size !== signed.size) throw new RangeError('the proof is of a tree of another size')
  const sign1 = ({ protectedBytes, signature }: RootSignature): Sign1 => [
    protectedBytes,
    { vdp: { proofs: [inclusion] } },
    null,
    signature,
  ]
  const receipts = [sign1(signed.signatures[0]), sign1(signed.signatures[1])] as const
  const shown = disclosures.length === 0 ? {} : { disclosures }
  return is.encodeAs(receiptFile, { type: receiptType, leaf, receipts, ...shown })
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
  const pair = [keys.ed25519, keys.mlDsa44] as const
  for (const [i, key] of pair.entries()) checkHeader(parsed[i], key, keys.origin)
  trace('proof')
  const [inclusion, root] = sharedProof(receipts, parsed, leaf)
  trace('signatures')
  for (const [i, key] of pair.entries()) checkSignature(receipts[i], key, root)
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
  const parsed = [receiptHeader(receipts[0][0]), receiptHeader(receipts[1][0])] as const
  return { leaf, receipts, disclosures, parsed }
}

export function receiptHeader(protectedBytes: Uint8Array): Header {
  return is.decodeAs(header, protectedBytes, 'receipt header')
}

/** The algorithm, key and ledger that a receipt names are those of the key. */
export function checkHeader(header: Header | undefined, key: VerificationKey, origin: string): void {
  if (header?.alg !== coseAlgorithm(key.algorithm)) throw new Rejected('wrong-algorithm', 'receipt')
  if (header.kid !== key.id) throw new Rejected('unknown-key', `receipt by ${header.kid}`)
  if (header.claims.iss !== origin) throw new Rejected('unknown-key', 'receipt of another ledger')
}

/** Both receipts are about one place in one tree. The leaf is hashed here, so that no inner node passes for one. */
function sharedProof(
  [first, second]: readonly [Sign1, Sign1],
  parsed: readonly Header[],
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

export function checkSignature(
  sign1: readonly [Uint8Array, unknown, null, Uint8Array] | undefined,
  key: VerificationKey,
  root: Uint8Array,
): void {
  if (sign1 === undefined || !key.verify(rootMessage(sign1[0], root), sign1[3])) {
    throw new Rejected('bad-signature', `key ${key.id}: the proof leads to a root that it did not sign`)
  }
}

function checkExpected(expected: ExpectedReceipt, leaf: Uint8Array, index: number): void {
  const other = expected.leaf !== undefined && !equal(expected.leaf, leaf)
  if (other || (expected.index !== undefined && expected.index !== index)) {
    throw new Rejected('bad-proof', 'the receipt is of another entry')
  }
}
