/** Answers for envelopes to more recipients than there are: past the limit no honest writer writes them. */
import { type CborValue, decode, encode } from '../../protocol/cbor.ts'
import { encodeSigned } from '../../protocol/cose.ts'
import { encodeHeader, parseEnvelope } from '../../protocol/envelope/format.ts'
import type { SigningPair } from '../../protocol/key.ts'
import { headers } from '../../protocol/numbers.ts'

/** The same sealed body to so many, signed anew. */
export function toMany(envelope: Uint8Array, count: number, signers: SigningPair): Uint8Array {
  const { header, signed } = parseEnvelope(decode(envelope))
  const fields = decode(encodeHeader({ ...header, signers: [signers[0].id, signers[1].id] }))
  if (!(fields instanceof Map)) throw new Error('the header is no map')
  const recipients = Array.from(
    { length: count },
    (_, i) =>
      new Map<number, CborValue>([
        [1, `P${1000 + i}`],
        [2, new Uint8Array(32).fill(i)],
      ]),
  )
  return encodeSigned(encode(fields.set(headers.recipients, recipients)), signed[2], signers)
}
