/**
 * Answers for telling one receiver of one withdrawal: in an envelope of its own, under the agreement and label by which the
 * attestation went to it. Decided, entered, relayed and acknowledged like any other; again every day until it is acknowledged.
 */
import { suite } from '#suite'
import { toHex } from '../../../protocol/bytes.ts'
import { decodeAs } from '../../../protocol/codec.ts'
import { currentSealingKey, type Directory } from '../../../protocol/directory.ts'
import { type EnvelopeHeader, envelopeHeader } from '../../../protocol/envelope/format.ts'
import { sealOffThread } from '../../../protocol/envelope/seal.ts'
import { verify, type VerifiedEnvelope } from '../../../protocol/envelope/verify.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { Seconds } from '../../../protocol/names.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import { effect } from '../../ledger/effect.ts'
import { onlyLiveAgreement } from '../agreement-choice.ts'
import { ownKeys } from '../deliver.ts'
import { entryKeys } from '../envelope-name.ts'
import { findEnvelope } from '../envelopes-table.ts'
import type { Gateway } from '../gateway.ts'
import { enter } from '../submit.ts'
import { type DueDuty, insertSendings } from './withdrawal-sendings-table.ts'

/** So long one envelope travels; then the next goes out. */
const travelSeconds: Seconds = 24 * 3600
/** What was denied is asked again: an agreement may have been resumed. */
const deniedSeconds: Seconds = 3600

export async function sendWithdrawal(gateway: Gateway, duty: DueDuty): Promise<void> {
  const directory = gateway.directory()
  const envelope = await sealed(gateway, duty, directory)
  const { issuer, attestation, sequence, party, attempts } = duty
  const name = `${issuer}:${toHex(attestation)}:${sequence}:${party}`
  await enter(gateway, {
    ...{ envelope, origin: { kind: 'agency' }, directory },
    // Two replicas at once both seal; one is entered.
    key: entryKeys.withdrawalSent(name, attempts),
    fingerprint: suite.sha256(duty.bytes),
    alongside: (allowed) => {
      const again_at = gateway.now() + (allowed ? travelSeconds : deniedSeconds)
      return [
        effect(insertSendings, { issuer, attestation, sequence, party, id: envelope.id, allowed, again_at }),
      ]
    },
  })
}

/** Throws `unknown-key` when the receiver has no opening key now, and `not-found` without the envelope of the release. */
async function sealed(gateway: Gateway, duty: DueDuty, directory: Directory): Promise<VerifiedEnvelope> {
  const { party: issuer } = gateway
  const { party, release_id, bytes } = duty
  const { signing } = ownKeys(gateway)
  const release = await findEnvelope(gateway.database, issuer, release_id)
  if (release === undefined) throw new Rejected('not-found', 'the envelope of the release')
  const now = gateway.now()
  const header = decodeAs(envelopeHeader, release.header)
  const { label, purpose, justification } = header
  const envelope = await sealOffThread({
    ...{ issuer, messageType: 'clearance.withdrawal', documents: [bytes], label, purpose, signers: signing },
    agreement: agreementFor(header, duty, gateway, directory),
    ...(justification && { justification }),
    recipients: [{ party, key: currentSealingKey(directory, party, now) }],
    issuedAt: now,
    expiresAt: now + travelSeconds,
  })
  return verify(envelope, directory, now)
}

/** The one of the release while it takes transfers, else the only other live one; else the first again, to be denied in words. */
function agreementFor(
  { agreement: first }: EnvelopeHeader,
  { party }: DueDuty,
  gateway: Gateway,
  directory: Directory,
): string {
  const { rules } = directory
  const listed = rules.agreements.get(first)
  if (listed !== undefined && takesTransfers(rules, listed, gateway.now())) return first
  try {
    return onlyLiveAgreement(directory, gateway.party, [party], gateway.now())
  } catch (error) {
    if (error instanceof Rejected) return first
    throw error
  }
}
