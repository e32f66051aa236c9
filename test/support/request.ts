/** Answers for what tests ask gateways to send: one attestation, a label, and where it goes. */
import type { Clearance } from '../../protocol/attestation/format.ts'
import { parseLabel } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { PackageRequest } from '../../src/exchange/package-request.ts'
import { purpose } from './registry.ts'

const year: Seconds = 365 * 86_400

/** A name that nothing stored or logged may hold. */
export const surname = 'Tamm-Kask-Privaatne'
export const subject = 'subject-4711'

function clearanceOf(now: Seconds): Clearance {
  return {
    scheme: 'NATO',
    level: 'NATO SECRET',
    categories: [],
    check: 'extended vetting',
    granted: now - year,
    validUntil: now + year,
    conditions: [],
    caveats: [],
    legalBasis: 'State Secrets Act § 32',
  }
}

export function requestTo(
  recipients: readonly PartyId[],
  now: Seconds,
  changes: Partial<PackageRequest> = {},
): PackageRequest {
  return {
    attestations: [
      { subject, clearance: clearanceOf(now), identifiers: { surname }, expiresAt: now + 30 * 86_400 },
    ],
    label: parseLabel(`NATO SECRET//REL TO ${recipients.join(', ')}`, now - 60),
    recipients,
    purpose,
    ...changes,
  }
}
