/**
 * Answers for withdrawing: the issuer's statement is signed and entered, and owed from its entry on to everyone to whom the
 * attestation went from here. Others' statements are entered likewise, and so passed on to those that had it from here.
 */
import { suite } from '#suite'
import { toHex } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import {
  endsReliance,
  isFinal,
  signWithdrawal,
  verifyWithdrawal,
  type VerifiedWithdrawal,
  type Withdrawal,
} from '../../../protocol/withdrawal.ts'
import { effect } from '../../ledger/effect.ts'
import { ownKeys } from '../deliver.ts'
import { entryKeys } from '../envelope-name.ts'
import { answerOf } from '../first-answer.ts'
import type { Gateway } from '../gateway.ts'
import { attestationsIn, issuersOf } from './receivers-table.ts'
import { registryFields } from '../records.ts'
import type { AcknowledgementAnswer } from '../transfer-status.ts'
import { visibleEnvelope } from '../visible.ts'
import type { WithdrawalAnswer, WithdrawalRequest } from './withdrawal-view.ts'
import {
  type AttestationName,
  insertWithdrawals,
  statementsOn,
  type WithdrawalRow,
} from './withdrawals-table.ts'

/**
 * Signs with the party's own keys. What was stated last already gets the first answer. Throws `not-found` for what this
 * party never issued, and `status-withdrawn` after a final statement.
 */
export async function withdraw(
  gateway: Gateway,
  request: WithdrawalRequest,
): Promise<readonly WithdrawalAnswer[]> {
  const names = await own(gateway, request)
  if (names.length === 0) throw new Rejected('not-found', 'no attestation that this party issued')
  const answers: WithdrawalAnswer[] = []
  for (const { attestation } of names) {
    answers.push({ attestation, ...(await state(gateway, attestation, request)) })
  }
  return answers
}

async function own(gateway: Gateway, request: WithdrawalRequest): Promise<readonly AttestationName[]> {
  const { database, party } = gateway
  if ('attestation' in request) {
    const { attestation } = request
    const issuers = await issuersOf(database, attestation)
    return issuers.includes(party) ? [{ issuer: party, attestation }] : []
  }
  const envelope = await visibleEnvelope(gateway, request.envelope, party)
  const inside = await attestationsIn(database, envelope)
  return inside.filter(({ issuer }) => issuer === party)
}

async function state(
  gateway: Gateway,
  attestation: Uint8Array,
  { kind, reason, replacement }: WithdrawalRequest,
): Promise<AcknowledgementAnswer> {
  const { signing } = ownKeys(gateway)
  const { party: issuer, database } = gateway
  const last = (await statementsOn(database, { issuer, attestation })).at(-1)
  if (last?.kind === kind) return answerOf(gateway, last.entry_key)
  requirePossible(last, kind)
  const sequence = (last?.sequence ?? 0) + 1
  const statement = {
    ...{ issuer, attestation, kind, sequence, reason, at: gateway.now() },
    ...(replacement && { replacement }),
  }
  const bytes = signWithdrawal(statement, signing)
  return enterWithdrawal(gateway, verifyWithdrawal(bytes, gateway.directory(), gateway.now()))
}

function requirePossible(last: WithdrawalRow | undefined, kind: Withdrawal['kind']): void {
  if (last !== undefined && isFinal(last.kind)) throw new Rejected('status-withdrawn', last.kind)
  if (kind === 'reinstated' && last?.kind !== 'suspended')
    throw new Rejected('not-found', 'nothing is suspended')
}

/**
 * Enters what its issuer signed, whoever brought it; the same again gets the first answer. Throws `reused-id` for another
 * statement of the same number, and `forbidden` when the attestation is known to be another issuer's.
 */
export async function enterWithdrawal(
  gateway: Gateway,
  withdrawal: VerifiedWithdrawal,
): Promise<AcknowledgementAnswer> {
  const { issuer, attestation, sequence, kind, bytes, statement } = withdrawal
  const issuers = await issuersOf(gateway.database, attestation)
  if (issuers.length > 0 && !issuers.includes(issuer))
    throw new Rejected('forbidden', `${issuer} on an attestation of another`)
  const key = entryKeys.withdrawal(issuer, toHex(attestation), sequence)
  const at = gateway.now()
  const { index, receipt, repeated } = await gateway.sequencer.push({
    key,
    fingerprint: statement,
    record: {
      ...{ event: 'attestation-withdrawal', actor: issuer, from: issuer, at },
      digest: suite.sha256(bytes),
      registry: registryFields(gateway.directory()),
    },
    effects: [effect(insertWithdrawals, { issuer, attestation, sequence, kind, bytes, at, entry_key: key })],
  })
  // From here the statement, its entry and whom it is owed to are durable together. A crash before the answer costs one
  // repetition, and the sending finds its rows.
  gateway.logger.info('attestation-withdrawn', { party: issuer, ledgerIndex: index })
  gateway.signals.withdrawals.notify()
  return { index, receipt, repeated }
}

/** Throws `status-withdrawn` for an attestation that this gateway knows not to be relied on any more. */
export async function requireNotWithdrawn(gateway: Gateway, name: AttestationName): Promise<void> {
  const last = (await statementsOn(gateway.database, name)).at(-1)
  if (last !== undefined && endsReliance(last.kind)) throw new Rejected('status-withdrawn', last.kind)
}
