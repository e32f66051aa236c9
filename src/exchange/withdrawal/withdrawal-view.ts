/** Answers for the shapes of withdrawals: what an agency asks for, what it is told, and what is known of each. */
import type { PartyId, Seconds } from '../../../protocol/names.ts'
import type { Withdrawal } from '../../../protocol/withdrawal.ts'
import type { AcknowledgementAnswer } from '../transfer-status.ts'

/** What is to be stated, of one attestation by its digest or of all own ones that an envelope took out. */
export type WithdrawalRequest = Pick<Withdrawal, 'kind' | 'reason'> & {
  readonly replacement?: Uint8Array
} & ({ readonly attestation: Uint8Array } | { readonly envelope: string })

export interface WithdrawalAnswer extends AcknowledgementAnswer {
  readonly attestation: Uint8Array
}

interface ToldReceiver {
  readonly party: PartyId
  /** From when on it is owed to it. */
  readonly since: Seconds
  readonly acknowledged: boolean
  readonly late: boolean
  /** How many envelopes went to it. */
  readonly attempts: number
  /** The last of them. */
  readonly envelope?: string
  /** The policy denied the last of them: its status says on which grounds. */
  readonly denied: boolean
}

export interface KnownWithdrawal
  extends Pick<Withdrawal, 'issuer' | 'attestation' | 'kind' | 'sequence' | 'reason'> {
  /** The attestation in its place. */
  readonly replacement: Uint8Array | null
  /** When its issuer stated it. */
  readonly statedAt: Seconds
  /** When it was entered here. */
  readonly enteredAt: Seconds
  /** Which took the attestation from here or to here, as `ISSUER:id`. */
  readonly envelopes: readonly string[]
  /** Whom this gateway has to tell. */
  readonly receivers: readonly ToldReceiver[]
}
