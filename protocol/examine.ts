/**
 * Answers for verifying any file offline: what it is, every check with its outcome, and what it says. A person asks
 * "is this good now, and if not, why"; the answer is never one word alone.
 */
import { acknowledgementChecks, verifyAcknowledgement } from './acknowledgement.ts'
import { attestationChecks, verifyAttestation } from './attestation/verify.ts'
import { toHex, utf8 } from './bytes.ts'
import { type Directory, keysOfLedger, ownerOfLedger } from './directory.ts'
import { openEnvelope } from './envelope/open.ts'
import { envelopeChecks, verify } from './envelope/verify.ts'
import { Rejected } from './errors.ts'
import { evidenceChecks, verifyEvidence } from './evidence.ts'
import {
  attestationFacts,
  envelopeFacts,
  type Facts,
  shownFacts,
  summary,
  withdrawalLine,
  witnessFacts,
} from './examined-facts.ts'
import type { OpeningKey } from './key.ts'
import { type Kind, kindOf } from './kind.ts'
import { parseCheckpoint, verifyCheckpoint } from './ledger/checkpoint.ts'
import {
  consistencyChecks,
  consistencyOrigin,
  verifyConsistencyReceipt,
} from './ledger/consistency-receipt.ts'
import { disclosureChecks, disclosureOrigin, verifyDisclosedEntries } from './ledger/disclosed-entries.ts'
import { disclosedFacts } from './ledger/disclosed-facts.ts'
import { parseProof, proofChecks, verifyProof } from './ledger/proof.ts'
import { receiptChecks, receiptOrigin, verifyReceipt } from './ledger/receipt.ts'
import type { Seconds } from './names.ts'
import { acceptFirst, requireFresh } from './registry.ts'
import { type CheckResult, report, type Trace } from './report.ts'
import { rootsDigest } from './roots.ts'
import { requireStanding, signerOfStatusList, statusListChecks, verifyStatusList } from './status-token.ts'
import { suspensionChecks, verifyNotice } from './suspension.ts'
import { verifyWithdrawal, withdrawalChecks } from './withdrawal.ts'

export interface Examination {
  readonly kind: Kind
  /** No check failed. Those that were not reached cannot be made with what the examiner holds. */
  readonly good: boolean
  readonly checks: readonly CheckResult<string>[]
  /** Empty unless every check that was reached has passed. */
  readonly facts: Facts
}

/** What the examiner believes and holds. Without opening keys an envelope's checks end at its recipients. */
export interface Examiner {
  readonly directory: Directory
  readonly now: Seconds
  readonly openingKeys: readonly OpeningKey[]
  /** The issuer's status list, for an attestation that refers to it. */
  readonly statusList?: Uint8Array
}

/** Throws `unknown-type` or `malformed-cbor` when the bytes are no file of the system. */
export function examine(bytes: Uint8Array, examiner: Examiner): Examination {
  const kind = kindOf(bytes)
  return { kind, ...examinations[kind](bytes, examiner) }
}

type Examined = Omit<Examination, 'kind'>

const examinations: Readonly<Record<Kind, (bytes: Uint8Array, examiner: Examiner) => Examined>> = {
  envelope: (bytes, { directory, now, openingKeys }) =>
    run(envelopeChecks, (trace) => {
      const envelope = verify(bytes, directory, now, trace)
      if (openingKeys.length === 0) return envelopeFacts(envelope)
      const { attestations, withdrawals } = openEnvelope(envelope, openingKeys, directory, now, trace)
      return {
        ...envelopeFacts(envelope),
        ...(attestations.length > 0 && { attestations: attestations.map(summary) }),
        ...(withdrawals.length > 0 && { withdrawals: withdrawals.map(withdrawalLine) }),
      }
    }),
  attestation: (bytes, { directory, now, statusList }) =>
    run([...attestationChecks, 'status'], (trace) => {
      const attestation = verifyAttestation(bytes, directory, now, trace)
      if (statusList === undefined) return attestationFacts(attestation)
      trace('status')
      requireStanding(attestation, statusList, directory, now)
      return { ...attestationFacts(attestation), status: 'valid' }
    }),
  acknowledgement: (bytes, { directory, now }) =>
    run(acknowledgementChecks, (trace) => {
      const { recipient, sender, envelope, outcome, at } = verifyAcknowledgement(bytes, directory, now, trace)
      return { envelope: toHex(envelope), recipient, sender, outcome, at }
    }),
  registry: (bytes, { directory, now }) =>
    run(['signatures', 'freshness'], (trace) => {
      trace('signatures')
      const pinned = rootsDigest(directory.registry.document.roots)
      const { document, documentDigest } = acceptFirst(bytes, pinned)
      trace('freshness')
      requireFresh(document, now)
      const { version, issued, expires, parties } = document
      return {
        ...{ version, document: toHex(documentDigest), 'issued at': issued, 'expires at': expires },
        parties: parties.map(({ id }) => id),
      }
    }),
  suspension: (bytes, { directory, now }) =>
    run(suspensionChecks, (trace) => {
      const { agreement, by, kind, sequence, at, reason } = verifyNotice(bytes, directory, now, trace)
      return { agreement, by, kind, sequence, at, ...(reason !== undefined && { reason }) }
    }),
  withdrawal: (bytes, { directory, now }) =>
    run(withdrawalChecks, (trace) => {
      const { issuer, attestation, kind, sequence, at, reason, replacement } = verifyWithdrawal(
        bytes,
        directory,
        now,
        trace,
      )
      return {
        ...{ issuer, attestation: toHex(attestation), kind, sequence, at, reason },
        ...(replacement !== undefined && { replacement: toHex(replacement) }),
      }
    }),
  'status-list': (bytes, { directory, now }) =>
    run([...statusListChecks, 'freshness'], (trace) => {
      trace('encoding')
      const issuer = signerOfStatusList(bytes, directory)
      const { uri, issued, expires, list } = verifyStatusList(bytes, issuer, directory, now, trace)
      trace('freshness')
      if (expires !== undefined && expires <= now)
        throw new Rejected('status-unknown', 'the list has expired')
      const entries = (list.packed.length * 8) / list.bits
      return { issuer, uri, entries, at: issued, ...(expires !== undefined && { 'expires at': expires }) }
    }),
  receipt: (bytes, { directory, now }) =>
    run(['ledger', ...receiptChecks], (trace) => {
      trace('ledger')
      const from = receiptOrigin(bytes)
      const owner = ownerOfLedger(directory, from)
      const { origin, index, size, at, disclosed } = verifyReceipt(
        bytes,
        keysOfLedger(directory, from, now),
        {},
        trace,
      )
      return { ledger: origin, party: owner, entry: index, size, at, ...shownFacts(disclosed) }
    }),
  consistency: (bytes, { directory, now }) =>
    run(['ledger', ...consistencyChecks], (trace) => {
      trace('ledger')
      const origin = consistencyOrigin(bytes)
      const owner = ownerOfLedger(directory, origin)
      const keys = keysOfLedger(directory, origin, now)
      const { first, second, at } = verifyConsistencyReceipt(bytes, keys, undefined, trace)
      return {
        ledger: origin,
        party: owner,
        'grew from': `${first.size} ${toHex(first.root)}`,
        to: `${second.size} ${toHex(second.root)}`,
        at,
      }
    }),
  disclosure: (bytes, { directory, now }) =>
    run(['ledger', ...disclosureChecks], (trace) => {
      trace('ledger')
      const origin = disclosureOrigin(bytes)
      const keys = keysOfLedger(directory, origin, now)
      const { checkpoint, entries } = verifyDisclosedEntries(bytes, keys, trace)
      const party = ownerOfLedger(directory, origin)
      return { ledger: origin, party, size: checkpoint.size, at: checkpoint.at, ...disclosedFacts(entries) }
    }),
  checkpoint: (bytes, { directory, now }) =>
    run(['ledger', 'signatures', 'witnesses'], (trace) => {
      trace('ledger')
      const { origin } = parseCheckpoint(bytes)
      const owner = ownerOfLedger(directory, origin)
      trace('signatures')
      const checkpoint = verifyCheckpoint(bytes, keysOfLedger(directory, origin, now))
      trace('witnesses')
      const witnesses = witnessFacts(checkpoint, directory, owner, now)
      const { size, root, at } = checkpoint
      return { ledger: origin, party: owner, size, root: toHex(root), at, ...witnesses }
    }),
  'tlog-proof': (bytes, { directory, now }) =>
    run(['ledger', ...proofChecks, 'witnesses'], (trace) => {
      trace('ledger')
      const { origin } = parseCheckpoint(utf8(parseProof(bytes).checkpoint))
      const owner = ownerOfLedger(directory, origin)
      const { index, checkpoint } = verifyProof(bytes, keysOfLedger(directory, origin, now), trace)
      trace('witnesses')
      const witnesses = witnessFacts(checkpoint, directory, owner, now)
      const { size, at } = checkpoint
      return { ledger: origin, party: owner, entry: index, size, at, ...witnesses }
    }),
  evidence: (bytes, { directory, now }) =>
    run(evidenceChecks, (trace) => {
      const { gateway, envelope, entries, peers, outcomes } = verifyEvidence(bytes, directory, now, trace)
      return {
        gateway,
        ...(envelope === undefined ? {} : envelopeFacts(envelope)),
        entries: entries.map(({ index, record }) => `${index} ${record.event}`),
        'receipts of': peers,
        outcomes: outcomes.map(({ recipient, outcome }) => `${recipient} ${outcome}`),
      }
    }),
}

function run<Check extends string>(
  checks: readonly Check[],
  verification: (trace: Trace<Check>) => Facts,
): Examined {
  let facts: Facts = {}
  const results = report(checks, (trace) => {
    facts = verification(trace)
  })
  return { good: results.every(({ outcome }) => outcome !== 'fail'), checks: results, facts }
}
