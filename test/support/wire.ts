/**
 * Answers for the wire objects as a program would use them, on whichever back end this file is loaded over: what a vector
 * says of one, and making one. Takes and gives plain values, as classes of another load are others.
 */
import { HeldOpeningKey } from '../../keys/opening-key.ts'
import { acknowledgementChecks, verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { attestationChecks, verifyAttestation } from '../../protocol/attestation/verify.ts'
import { type Directory, directoryOf } from '../../protocol/directory.ts'
import { openEnvelope } from '../../protocol/envelope/open.ts'
import { envelopeChecks, verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptFirst, acceptNext, type VerifiedRegistry } from '../../protocol/registry.ts'
import { report, type Trace } from '../../protocol/report.ts'
import * as facts from './vector-facts.ts'

export { acknowledgement, attestation, envelope } from './objects.ts'

/** Verified once for each file. */
const known = new WeakMap<Uint8Array, VerifiedRegistry>()

function directoryFrom(registry: Uint8Array, pinned: string, now: number): Directory {
  const verified = known.get(registry) ?? acceptFirst(registry, pinned)
  known.set(registry, verified)
  return directoryOf(verified, now)
}

export interface Trust {
  readonly registry: Uint8Array
  readonly pinned: string
  readonly now: number
}

/** What an accepted object says. */
export const accepted = {
  envelope: (bytes: Uint8Array, { registry, pinned, now }: Trust, seed: Uint8Array) =>
    facts.factsOfEnvelope(bytes, new HeldOpeningKey(seed), directoryFrom(registry, pinned, now), now),
  attestation: (bytes: Uint8Array, { registry, pinned, now }: Trust) =>
    facts.factsOfAttestation(bytes, directoryFrom(registry, pinned, now), now),
  acknowledgement: (bytes: Uint8Array, { registry, pinned, now }: Trust) =>
    facts.factsOfAcknowledgement(bytes, directoryFrom(registry, pinned, now), now),
  registry: (bytes: Uint8Array, now: number, held?: Uint8Array) => facts.factsOfRegistry(bytes, now, held),
}

/** The check that fails and its code, `signatures bad-signature`; `undefined` when none does. */
export const refused = {
  envelope: (bytes: Uint8Array, { registry, pinned, now }: Trust, seed: Uint8Array) => {
    const directory = directoryFrom(registry, pinned, now)
    return failure(envelopeChecks, (trace) => {
      openEnvelope(verify(bytes, directory, now, trace), [new HeldOpeningKey(seed)], directory, now, trace)
    })
  },
  attestation: (bytes: Uint8Array, { registry, pinned, now }: Trust) =>
    failure(attestationChecks, (trace) =>
      verifyAttestation(bytes, directoryFrom(registry, pinned, now), now, trace),
    ),
  acknowledgement: (bytes: Uint8Array, { registry, pinned, now }: Trust) =>
    failure(acknowledgementChecks, (trace) =>
      verifyAcknowledgement(bytes, directoryFrom(registry, pinned, now), now, trace),
    ),
  registry: (bytes: Uint8Array, pinned: string, held?: Uint8Array) => {
    try {
      if (held === undefined) acceptFirst(bytes, pinned)
      else acceptNext(bytes, acceptFirst(held, pinned))
      return undefined
    } catch (error) {
      if (error instanceof Rejected) return error.code
      throw error
    }
  },
}

function failure<Check extends string>(
  checks: readonly Check[],
  verification: (trace: Trace<Check>) => void,
): string | undefined {
  const failed = report(checks, verification).find(({ outcome }) => outcome === 'fail')
  return failed && `${failed.check} ${failed.code ?? ''}`
}
