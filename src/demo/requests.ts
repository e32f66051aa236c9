/** Answers for what the demonstration's agencies ask of their gateways. The people in it are invented. */
import type { Seconds } from '../../protocol/names.ts'
import type { PackageInput } from '../client/client.ts'

const year = 365 * 24 * 3600

/** A confirmation of clearance for a visit: NATO SECRET, for the two recipients alone. */
export function visitConfirmation(now: Seconds): PackageInput {
  return {
    attestations: [
      {
        subject: 'holder-7f3a',
        expiresAt: now + year,
        clearance: {
          scheme: 'NATO',
          level: 'NATO SECRET',
          categories: [],
          check: 'security vetting',
          granted: now - year,
          validUntil: now + 4 * year,
          conditions: [],
          caveats: [],
          legalBasis: 'State Secrets and Classified Information of Foreign States Act',
        },
        identifiers: { surname: 'Tamm', 'given-names': 'Mari', nationality: 'EST' },
      },
    ],
    label: {
      policy: 'NATO',
      marking: 'NATO SECRET',
      at: now,
      compartments: [],
      releasability: ['EST', 'NLD', 'NATO-NOS'],
      caveats: [],
    },
    recipients: ['NLD', 'NATO-NOS'],
    purpose: 'visit',
  }
}

/** The same, marked above the agreement's ceiling, for a purpose that no agreement covers, and not released to its recipient. */
export function overreach(now: Seconds): PackageInput {
  const request = visitConfirmation(now)
  return {
    ...request,
    label: { ...request.label, marking: 'COSMIC TOP SECRET', releasability: ['NLD', 'NATO-NOS'] },
    recipients: ['EST'],
    purpose: 'recruitment',
    agreement: 'nato-security',
  }
}
