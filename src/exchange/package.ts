/**
 * Answers for packaging: plain attestations become issued ones, sealed to every recipient's current key, signed by the
 * party and submitted. A request with a key of its own can be repeated until it is answered; it is packaged once.
 */
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { equal } from '../../protocol/bytes.ts'
import type { Directory } from '../../protocol/directory.ts'
import { verify, type VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Seconds } from '../../protocol/names.ts'
import { attestationDigest } from '../../protocol/withdrawal.ts'
import { type Effect, effect } from '../ledger/effect.ts'
import { ownKeys } from './deliver.ts'
import { entryKeys } from './envelope-name.ts'
import { findEnvelopeByEntry } from './envelopes-table.ts'
import { firstAnswer } from './first-answer.ts'
import type { Gateway } from './gateway.ts'
import type { Entering } from './matter.ts'
import type { PackageRequest } from './package-request.ts'
import { insertReceivers } from './withdrawal/receivers-table.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { issueRequested, sealDocuments } from './seal-request.ts'
import { giveIndexes } from './withdrawal/status-indexes-table.ts'
import { referenceTo } from './withdrawal/status-lists.ts'
import type { Submission } from './submission.ts'
import { enter } from './submit.ts'
import { requireNotWithdrawn } from './withdrawal/withdraw.ts'
import type { AttestationName } from './withdrawal/withdrawals-table.ts'

/** Throws `forbidden` on a blind gateway, `bad-request` for a choice that is not clear, `reused-id` for another request under its key. */
export async function packageAndSubmit(
  gateway: Gateway,
  request: PackageRequest,
  requestKey?: string,
): Promise<Submission> {
  const directory = gateway.directory()
  const origin = { kind: 'agency' } as const
  if (requestKey === undefined) {
    const made = await packaged(gateway, request, directory)
    const { envelope } = made
    const key = entryKeys.envelope(envelope)
    return enter(gateway, { ...made, origin, directory, key, fingerprint: envelope.digest })
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
    ...(await packaged(gateway, request, directory)),
    ...{ origin, directory, key, fingerprint },
  })
}

/** Verified like any other: what the gateway would refuse from others it does not send itself. */
async function packaged(
  gateway: Gateway,
  request: PackageRequest,
  directory: Directory,
): Promise<Pick<Entering, 'envelope' | 'alongside'>> {
  const { party, limits } = gateway
  const now = gateway.now()
  const sealer = { party, signing: ownKeys(gateway).signing, directory, now }
  const passed = await passable(gateway, request.passing ?? [], directory)
  const indexes = await Promise.all(request.attestations.map(() => gateway.statuses.take()))
  const references = indexes.map((index) => referenceTo(gateway, index))
  const issued = await issueRequested(request, sealer, references)
  const bytes = await sealDocuments(request, [...issued, ...passed.map((each) => each.bytes)], sealer)
  if (bytes.length > limits.maxEnvelopeBytes) throw new Rejected('too-large', `${bytes.length} bytes`)
  const envelope = verify(bytes, directory, now)
  const own = issued.map((each) => ({ issuer: party, attestation: attestationDigest(each) }))
  const given = own.flatMap(({ attestation }, i) => {
    const index = indexes[i]
    return index === undefined ? [] : [effect(giveIndexes, { ...index, attestation })]
  })
  const receivers = receiversOf(envelope, [...own, ...passed], now)
  return { envelope, alongside: (allowed) => (allowed ? [...given, ...receivers] : []) }
}

/** Good now, and not withdrawn as far as it is known here. */
async function passable(
  gateway: Gateway,
  attestations: readonly Uint8Array[],
  directory: Directory,
): Promise<readonly (AttestationName & { readonly bytes: Uint8Array })[]> {
  return Promise.all(
    attestations.map(async (bytes) => {
      const { issuer } = verifyAttestation(bytes, directory, gateway.now())
      const name = { issuer, attestation: attestationDigest(bytes) }
      await requireNotWithdrawn(gateway, name)
      return { ...name, bytes }
    }),
  )
}

/** The release list of what is packaged: it is known here, and once it is sealed no more. */
function receiversOf(
  { issuer, id, recipients }: VerifiedEnvelope,
  names: readonly AttestationName[],
  at: Seconds,
): readonly Effect[] {
  return names.flatMap(({ attestation, issuer: attestation_issuer }) =>
    recipients.map(({ party }) =>
      effect(insertReceivers, { attestation, attestation_issuer, issuer, id, party, sent: true, at }),
    ),
  )
}
