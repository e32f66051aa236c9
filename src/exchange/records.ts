/** Answers for what the exchange enters in the ledger: one record for each event, with no more than the header shows. */
import type { Directory } from '../../protocol/directory.ts'
import type { ProvenEnvelope } from '../../protocol/envelope/verify.ts'
import type { LedgerRecord } from '../../protocol/ledger/record.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { groundLine } from '../../protocol/policy/ground.ts'
import { inputsDigest, policyVersion } from '../../protocol/policy/inputs.ts'
import { justificationOf } from '../../protocol/policy/justification.ts'
import type { Origin } from './gateway.ts'
import type { Matter } from './matter.ts'
import type { Outcome } from './transfer-status.ts'

export interface Actor {
  readonly party: PartyId
  readonly directory: Directory
  readonly at: Seconds
}

/** Of a decision on an envelope. */
export function submissionRecord(matter: Matter): LedgerRecord {
  const { party, directory, at, origin, envelope, to } = matter
  return {
    ...transferFields(envelope),
    event: submissionEvent(origin, matter.decision.allow),
    actor: actorName(party, origin),
    at,
    to,
    agreement: envelope.agreement,
    purpose: envelope.purpose,
    messageType: envelope.messageType,
    label: envelope.label,
    decision: decisionFields(matter),
    policy: policyVersion,
    registry: registryFields(directory),
    ...peerReceiptField(origin),
  }
}

/** All that it takes to decide again is in the record: what is not a field of its own is here. */
function decisionFields({ question, decision, directory, envelope, at }: Matter) {
  const { allow, grounds, level } = decision
  const { countedFor: counted } = question
  const justification = justificationOf(question)
  const { rules, registry } = directory
  return {
    ...{ allow, level, grounds: grounds.map(groundLine) },
    inputs: inputsDigest(question, { at, rules, registry: registry.digest, envelope: envelope.digest }),
    ...(counted && { counted }),
    ...(justification && { justification }),
  }
}

/** ETSI EN 319 522: the sender submits to its own gateway, which relays to another. */
export function submissionEvent(origin: Origin, allow: boolean) {
  if (origin.kind === 'agency') return allow ? 'submission-acceptance' : 'submission-rejection'
  return allow ? 'relay-acceptance' : 'relay-rejection'
}

/** Of an envelope with its issuer’s signatures that was refused before any decision. */
export function refusalRecord(
  { party, directory, at }: Actor,
  origin: Origin,
  envelope: ProvenEnvelope,
  why: string,
): LedgerRecord {
  return {
    ...transferFields(envelope),
    event: submissionEvent(origin, false),
    actor: actorName(party, origin),
    at,
    to: envelope.recipients.map((recipient) => recipient.party),
    detail: why,
    registry: registryFields(directory),
  }
}

/** Of an entry for what another gateway relayed. */
export function peerReceiptField(origin: Origin) {
  return origin.kind === 'exchange' && origin.peerReceipt ? { peerReceipt: origin.peerReceipt } : {}
}

/** What every entry about a transfer names it by. */
export interface TransferName {
  readonly id: string
  readonly issuer: PartyId
  readonly digest: Uint8Array
}

export function transferFields({ id, issuer, digest }: TransferName) {
  return { transfer: id, from: issuer, digest }
}

/** Of an acknowledgement by the digest of its bytes. */
export function acknowledgementFields({ digest, outcome, code }: StatementName) {
  return { acknowledgement: { digest, outcome: code === null ? outcome : `${outcome}: ${code}` } }
}

interface StatementName {
  readonly digest: Uint8Array
  readonly outcome: Outcome
  readonly code: string | null
}

export function registryFields({ registry }: Directory) {
  return { version: registry.document.version, digest: registry.digest }
}

function actorName(own: PartyId, origin: Origin): string {
  return origin.kind === 'agency' ? own : origin.party
}
