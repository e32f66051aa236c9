/** Answers for what the demonstration's agencies ask of their gateways. The people in it are invented. */
import type { Seconds } from '../../protocol/names.ts'
import { visitRequest } from '../cli/example.ts'
import type { PackageInput } from '../client/client.ts'

/** EST confirms a clearance for a visit, to both of the others. */
export function visitConfirmation(now: Seconds): PackageInput {
  return visitRequest(now, ['NLD', 'NATO-NOS'])
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
