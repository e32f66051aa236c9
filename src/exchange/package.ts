/**
 * Answers for packaging: plain attestations become issued ones, sealed to every recipient's current key, signed by the
 * party and submitted. A request with a key of its own can be repeated until it is answered; it is packaged once.
 */
import { equal } from '../../protocol/bytes.ts'
import type { Directory } from '../../protocol/directory.ts'
import { verify, type VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { ownKeys } from './deliver.ts'
import { entryKeys } from './envelope-name.ts'
import { findEnvelopeByEntry } from './envelopes-table.ts'
import { firstAnswer } from './first-answer.ts'
import type { Gateway } from './gateway.ts'
import type { PackageRequest } from './package-request.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { sealRequest } from './seal-request.ts'
import type { Submission } from './submission.ts'
import { enter } from './submit.ts'

/** Throws `forbidden` on a blind gateway, `bad-request` for a choice that is not clear, `reused-id` for another request under its key. */
export async function packageAndSubmit(
  gateway: Gateway,
  request: PackageRequest,
  requestKey?: string,
): Promise<Submission> {
  const directory = gateway.directory()
  const origin = { kind: 'agency' } as const
  if (requestKey === undefined) {
    const envelope = await packaged(gateway, request, directory)
    return enter(gateway, {
      envelope,
      origin,
      directory,
      key: entryKeys.envelope(envelope),
      fingerprint: envelope.digest,
    })
  }
  const key = entryKeys.package(gateway.party, requestKey)
  const fingerprint = requestFingerprint(request, ownKeys(gateway).signing)
  const earlier = await findEnvelopeByEntry(gateway.database, key)
  if (earlier !== undefined) {
    if (!equal(earlier.fingerprint, fingerprint))
      throw new Rejected('reused-id', 'another request under this key')
    return firstAnswer(gateway, key)
  }
  // Two at once both seal; the sequencer enters one, and the other gets its answer.
  return enter(gateway, {
    envelope: await packaged(gateway, request, directory),
    origin,
    directory,
    key,
    fingerprint,
  })
}

/** Verified like any other: what the gateway would refuse from others it does not send itself. */
async function packaged(
  gateway: Gateway,
  request: PackageRequest,
  directory: Directory,
): Promise<VerifiedEnvelope> {
  const now = gateway.now()
  const { signing } = ownKeys(gateway)
  const bytes = await sealRequest(request, { party: gateway.party, signing, directory, now })
  if (bytes.length > gateway.limits.maxEnvelopeBytes) throw new Rejected('too-large', `${bytes.length} bytes`)
  return verify(bytes, directory, now)
}
