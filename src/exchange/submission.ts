/** Answers for what a submission is told: the decision, where it stands in the ledger, and the receipt for it. */
import type { Decision } from '../../protocol/policy/decide.ts'
import type { TransferState } from './transfer-status.ts'

export interface Submission {
  /** The envelope's `cti`: 32 hexadecimal digits. */
  readonly id: string
  /** SHA-256 of the envelope's bytes. */
  readonly digest: Uint8Array
  /** A denial is an answer like any other, with every ground. */
  readonly decision: Decision
  readonly state: TransferState
  /** Of the entry in this gateway's ledger. */
  readonly index: number
  /** For that entry: protocol/ledger/receipt. */
  readonly receipt: Uint8Array
  /** The same bytes were submitted before; this is the first answer again. */
  readonly repeated: boolean
}
