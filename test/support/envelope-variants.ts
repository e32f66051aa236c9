/** Answers for envelopes that no honest sender makes, with good signatures: only what is told about them is wrong. */
import { decode } from '../../protocol/cbor.ts'
import { encodeSigned } from '../../protocol/cose.ts'
import { type EnvelopeHeader, encodeHeader, parseEnvelope } from '../../protocol/envelope/format.ts'
import type { SigningPair } from '../../protocol/key.ts'

/** The same sealed body under another header, signed anew. */
export function resigned(
  envelope: Uint8Array,
  signers: SigningPair,
  change: (header: EnvelopeHeader) => EnvelopeHeader,
): Uint8Array {
  const { header, signed } = parseEnvelope(decode(envelope))
  const changed = change({ ...header, signers: [signers[0].id, signers[1].id] })
  return encodeSigned(encodeHeader(changed), signed[2], signers)
}
