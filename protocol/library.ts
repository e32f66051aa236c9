/**
 * Answers for what other programs import as `pouch/protocol`: reading, verifying, sealing and opening, deciding, and
 * checking ledgers, with no gateway. Nothing inside the project imports it, and what is not here may change unannounced.
 */
export { type Acknowledgement, acknowledge, verifyAcknowledgement } from './acknowledgement.ts'
export { type Issuing, issue, present } from './attestation/issue.ts'
export { type VerifiedAttestation, verifyAttestation } from './attestation/verify.ts'
export { fromBase64, fromHex, toBase64, toHex } from './bytes.ts'
export {
  currentSealingKey,
  type Directory,
  directoryOf,
  keysOfLedger,
  ledgerKeysOf,
  partyOf,
} from './directory.ts'
export { type OpenedEnvelope, openEnvelope } from './envelope/open.ts'
export { type Sealing, seal, sealOffThread } from './envelope/seal.ts'
export { envelopeChecks, type VerifiedEnvelope, verify } from './envelope/verify.ts'
export { type Code, Rejected, refusals } from './errors.ts'
export { type VerifiedEvidence, verifyEvidence } from './evidence.ts'
export { type Examination, type Examiner, examine } from './examine.ts'
export { type Inspection, inspect } from './inspect.ts'
export { type KeyId, type OpeningKey, publicKey, type SigningKey, type SigningPair } from './key.ts'
export { type Label, parseLabel, printLabel } from './label.ts'
export { auditEntries, beginAudit, concludeAudit } from './ledger/audit.ts'
export { type VerifiedCheckpoint, verifyCheckpoint, verifyWitnesses } from './ledger/checkpoint.ts'
export { type VerifiedConsistency, verifyConsistencyReceipt } from './ledger/consistency-receipt.ts'
export { verifyDisclosure } from './ledger/disclosure.ts'
export { parseProof, type VerifiedProof, verifyProof } from './ledger/proof.ts'
export { type VerifiedReceipt, verifyReceipt } from './ledger/receipt.ts'
export type { PartyId, Seconds } from './names.ts'
export { type Decision, decide, decideAll, type QuestionToAll } from './policy/decide.ts'
export { explain } from './policy/explain.ts'
export type { Question } from './policy/facts.ts'
export type { Ground, GroundCode } from './policy/ground.ts'
export { acceptFirst, acceptNext, type RegistryDocument, type VerifiedRegistry } from './registry.ts'
export { type CheckResult, report } from './report.ts'
export { requireValid, type StatusListClaims, statuses } from './status-list.ts'
