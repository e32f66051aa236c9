/** Answers for a root that both keys of a ledger signed, on which receipts of every kind rest (receipt.md, consistency.md). */
import * as is from '../codec.ts'
import { Rejected } from '../errors.ts'
import { coseAlgorithm, keyId, type SigningKey, type VerificationKey } from '../key.ts'
import type { Seconds } from '../names.ts'
import { claims, headers } from '../numbers.ts'
import type { CheckpointBody, LedgerKeys, LedgerSigner } from './checkpoint.ts'
import { rfc9162Sha256, rootMessage } from './cose-receipt.ts'

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

export type RootHeader = is.Of<typeof header>

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
  const parsed = signatures.map(({ protectedBytes }) => parseRootHeader(protectedBytes))
  checkHeaders(parsed, keys)
  if (parsed.some(({ treeSize }) => treeSize !== size))
    throw new Rejected('bad-proof', 'the root of another size is signed')
  checkSignatures(signatures, keys, root)
}

/** A COSE_Sign1 of RFC 9942 as its items: protected header, proof, the detached payload, signature. */
export type Sign1<Proof> = readonly [
  Uint8Array,
  { readonly vdp: { readonly proofs: readonly Proof[] } },
  null,
  Uint8Array,
]

/** The receipts of both keys over a proof in the tree that was signed. */
export function receiptsOver<Proof>(
  { signatures: [one, other] }: RootSignatures,
  proof: Proof,
): readonly [Sign1<Proof>, Sign1<Proof>] {
  const over = ({ protectedBytes, signature }: RootSignature): Sign1<Proof> => [
    protectedBytes,
    { vdp: { proofs: [proof] } },
    null,
    signature,
  ]
  return [over(one), over(other)]
}

export function signatureIn([protectedBytes, , , signature]: Sign1<unknown>): RootSignature {
  return { protectedBytes, signature }
}

export function parseRootHeader(protectedBytes: Uint8Array): RootHeader {
  return is.decodeAs(header, protectedBytes, 'receipt header')
}

/** The algorithm, key and ledger that each names are those of the ledger's keys, in their order. */
export function checkHeaders(parsed: readonly RootHeader[], keys: LedgerKeys): void {
  for (const [i, key] of [keys.ed25519, keys.mlDsa44].entries()) checkHeader(parsed[i], key, keys.origin)
}

function checkHeader(header: RootHeader | undefined, key: VerificationKey, origin: string): void {
  if (header?.alg !== coseAlgorithm(key.algorithm)) throw new Rejected('wrong-algorithm', 'receipt')
  if (header.kid !== key.id) throw new Rejected('unknown-key', `receipt by ${header.kid}`)
  if (header.claims.iss !== origin) throw new Rejected('unknown-key', 'receipt of another ledger')
}

export function checkSignatures(
  signatures: readonly RootSignature[],
  keys: LedgerKeys,
  root: Uint8Array,
): void {
  for (const [i, key] of [keys.ed25519, keys.mlDsa44].entries()) {
    const signed = signatures[i]
    if (signed === undefined || !key.verify(rootMessage(signed.protectedBytes, root), signed.signature))
      throw new Rejected('bad-signature', `key ${key.id}: another root than it signed`)
  }
}
