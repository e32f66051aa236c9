/**
 * Answers for what other programs import as `pouch/client`: an agency's side of its gateway. Nothing inside the project
 * imports it, and what is not here may change unannounced.
 */
export {
  type Acknowledged,
  type AcknowledgementInput,
  Client,
  type ClientOptions,
  type InboxOptions,
  type PackageInput,
  type WithdrawalInput,
} from './client.ts'
export { type PublicLedger, publicLedgerAt } from './public-ledger.ts'
export { ProblemError } from './problem-error.ts'
export type { ClientTls } from './sender.ts'
export { type Upgraded, upgradeReceipt } from './upgrade.ts'
