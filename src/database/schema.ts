/** Answers for which tables there are: each file that owns a table says what its rows are, and here they come together. */
import type { Generated } from 'kysely'
import type { AcknowledgementRow } from '../exchange/acknowledgements-table.ts'
import type { TransferRow } from '../exchange/counts-table.ts'
import type { EnvelopeRow } from '../exchange/envelopes-table.ts'
import type { InboxRow } from '../exchange/inbox-table.ts'
import type { OutboxRow } from '../exchange/outbox-table.ts'
import type { DeliveryRow } from '../exchange/suspension/suspension-deliveries-table.ts'
import type { NoticeRow } from '../exchange/suspension/suspensions-table.ts'
import type { ReceiverRow } from '../exchange/withdrawal/receivers-table.ts'
import type { StatusIndexRow } from '../exchange/withdrawal/status-indexes-table.ts'
import type { SendingRow } from '../exchange/withdrawal/withdrawal-sendings-table.ts'
import type { DutyRow, WithdrawalRow } from '../exchange/withdrawal/withdrawals-table.ts'
import type { EnvelopeName } from '../exchange/envelope-name.ts'
import type { CredentialRow } from '../http/credentials.ts'
import type { NonceRow } from '../http/nonces-table.ts'
import type { StoredCheckpoint } from '../ledger/checkpoints-table.ts'
import type { StoredEntry } from '../ledger/entries-table.ts'
import type { HeadRow } from '../ledger/head-table.ts'
import type { PairRow } from '../ledger/pairs-table.ts'
import type { ScrubRow } from '../ledger/scrub-table.ts'
import type { TimeStampRow } from '../ledger/time-stamps/time-stamps-table.ts'
import type { TileRow } from '../ledger/tiles-table.ts'
import type { CosignatureRow } from '../ledger/witnessing/cosignatures-table.ts'
import type { ConflictRow } from '../ledger/witness/conflicts-table.ts'
import type { WitnessedRow } from '../ledger/witness/witnessed-table.ts'
import type { RegistryConflictRow } from '../registry/conflicts-table.ts'
import type { RegistryVersionRow } from '../registry/versions-table.ts'

/** A row of which the database fills in these columns when they are not given. */
type WithDefaults<Row, Column extends keyof Row> = Omit<Row, Column> & {
  readonly [C in Column]: Generated<Row[C]>
}

export interface Schema {
  ledger_head: HeadRow
  ledger_entry: StoredEntry
  ledger_tile: TileRow
  ledger_checkpoint: StoredCheckpoint
  ledger_scrub: ScrubRow
  ledger_timestamp: TimeStampRow
  ledger_pair: PairRow
  ledger_cosignature: CosignatureRow
  credentials: CredentialRow
  nonces: NonceRow
  envelopes: EnvelopeRow
  inbox: WithDefaults<InboxRow, 'position' | 'consigned_to_reader' | 'handed_over'>
  outbox: WithDefaults<OutboxRow, 'position' | 'attempts' | 'code' | 'peer_receipt' | 'entry_key'> & {
    readonly due_at: Generated<Date>
  }
  acknowledgements: AcknowledgementRow
  transfers: TransferRow
  registry_versions: RegistryVersionRow
  registry_conflicts: RegistryConflictRow
  suspension_notices: NoticeRow
  suspension_deliveries: DeliveryRow
  attestation_receivers: ReceiverRow
  withdrawals: WithdrawalRow
  withdrawal_duties: DutyRow
  withdrawal_sendings: SendingRow
  withdrawal_arrivals: EnvelopeName
  status_indexes: StatusIndexRow
  witnessed_ledgers: WithDefaults<WitnessedRow, 'stopped'>
  witness_conflicts: ConflictRow
}
