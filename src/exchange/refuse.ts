/**
 * Answers for refusals before any decision: one whose sender is proven by both signatures is entered, once for each
 * content, way and code; of anything else the logger tells.
 */
import { toHex } from '../../protocol/bytes.ts'
import type { Directory } from '../../protocol/directory.ts'
import { type ProvenEnvelope, proveSender } from '../../protocol/envelope/verify.ts'
import { type Code, Rejected } from '../../protocol/errors.ts'
import { entryKeys } from './envelope-name.ts'
import type { Gateway, Origin } from './gateway.ts'
import { refusalRecord } from './records.ts'

/** Runs what may refuse the envelope; a refusal is thrown on once it is entered. */
export async function orEnterRefusal<T>(
  gateway: Gateway,
  { bytes, directory, origin }: Refusable,
  admit: () => T,
): Promise<T> {
  try {
    return admit()
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    const proven = proveSender(bytes, directory, gateway.now())
    if (proven !== undefined) await enterRefusal(gateway, { envelope: proven, directory, origin }, error.code)
    throw error
  }
}

export interface Refusable {
  readonly bytes: Uint8Array
  readonly directory: Directory
  readonly origin: Origin
}

interface Refused extends Omit<Refusable, 'bytes'> {
  readonly envelope: ProvenEnvelope
}

/** A flood of copies does not become a flood of entries. */
export async function enterRefusal(
  gateway: Gateway,
  { envelope, directory, origin }: Refused,
  code: Code,
): Promise<void> {
  const { party, sequencer } = gateway
  const by = origin.kind === 'agency' ? party : origin.party
  await sequencer.push({
    key: entryKeys.refused(envelope, toHex(envelope.digest), by, code),
    fingerprint: envelope.digest,
    record: refusalRecord({ party, directory, at: gateway.now() }, origin, envelope, code),
    effects: [],
  })
}
