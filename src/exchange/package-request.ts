/** Answers for what an agency asks its gateway to package: attestations in plain terms, and where they are to go. */
import type { Clearance, IdentifierName } from '../../protocol/attestation/format.ts'
import type { Label } from '../../protocol/label.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { Justification } from '../../protocol/policy/justification.ts'

export interface AttestationRequest {
  /** Pairwise pseudonym of the holder. */
  readonly subject: string
  readonly clearance: Clearance
  readonly identifiers: Readonly<Partial<Record<IdentifierName, string>>>
  /** From when the attestation is good; from now when absent. */
  readonly notBefore?: Seconds
  readonly expiresAt: Seconds
}

export interface PackageRequest {
  /** To be issued. */
  readonly attestations: readonly AttestationRequest[]
  /** Attestations of others, as they were received, to be passed on. */
  readonly passing?: readonly Uint8Array[]
  readonly label: Label
  readonly recipients: readonly PartyId[]
  readonly purpose: string
  /** May be left out when one live agreement alone covers all recipients. */
  readonly agreement?: string
  /** What the agreement may require to be stated; in the header for every gateway to read. */
  readonly justification?: Justification
  /** How long the envelope may travel; a day when absent. */
  readonly expiresInSeconds?: Seconds
}
