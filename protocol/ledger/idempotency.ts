/** Answers for what binds a record to the key and fingerprint under which its event is entered once (entry.md, "Record"). */
import { suite } from '#suite'
import { encode } from '../cbor.ts'

/** H of the deterministic CBOR [key, fingerprint]. */
export function idempotencyOf(key: string, fingerprint: Uint8Array): Uint8Array {
  return suite.sha256(encode([key, fingerprint]))
}
