/** Answers for the structures of RFC 9942 over RFC9162_SHA256: a COSE_Sign1 whose detached payload is a root, with a proof. */
import { encode } from '../cbor.ts'
import * as is from '../codec.ts'
import { headers, tags } from '../numbers.ts'
import type { Consistency, Inclusion } from './merkle-proof.ts'

/** `vds`: the one kind of tree. */
export const rfc9162Sha256 = 1

const path = is.list(is.bytes(32), 0, 64)

const inclusionProof = is.mapped(
  is.tuple(is.unsigned, is.unsigned, path),
  ([size, index, hashes]): Inclusion => ({ size, index, path: hashes }),
  ({ size, index, path }) => [size, index, path] as const,
)

const consistencyProof = is.mapped(
  is.tuple(is.unsigned, is.unsigned, path),
  ([first, second, hashes]): Consistency => ({ first, second, path: hashes }),
  ({ first, second, path }) => [first, second, path] as const,
)

/** `#6.18([protected, {396: {label: [proof]}}, null, signature])`, with one proof. */
function sign1<T>(label: number, proof: is.Codec<T>) {
  const proofs = is.record({ proofs: is.field(label, is.list(is.embedded(proof), 1, 1)) })
  const unprotected = is.record({ vdp: is.field(headers.vdp, proofs) })
  return is.tagged(tags.sign1, is.tuple(is.bytes(1, 4096), unprotected, is.nothing, is.bytes(64, 4096)))
}

export const inclusionSign1 = sign1(-1, inclusionProof)
export const consistencySign1 = sign1(-2, consistencyProof)

/** Sig_structure of a COSE_Sign1 (RFC 9052 §4.4): the proof is outside of it, the root is its payload. */
export function rootMessage(protectedBytes: Uint8Array, root: Uint8Array): Uint8Array {
  return encode(['Signature1', protectedBytes, new Uint8Array(0), root])
}
