/**
 * Answers for submission: an envelope is verified, decided upon and entered, in one transaction with what it sets going.
 * The same bytes again give the first answer; the same id with other bytes is refused. A denial is an answer.
 */
import { equal, toHex } from '../../protocol/bytes.ts'
import { verify, type VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { windowsOf } from '../../protocol/policy/counting.ts'
import { type Effect, effect, rowOf } from '../ledger/effect.ts'
import { countingOf } from './counting.ts'
import { type Counting, enterCounts, insertTransfers } from './counts-table.ts'
import { entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, insertEnvelopes } from './envelopes-table.ts'
import { firstAnswer } from './first-answer.ts'
import type { Gateway, Origin } from './gateway.ts'
import { requireOwnWay } from './hosting.ts'
import { insertInbox } from './inbox-table.ts'
import { categoryOf, decided, type Entering, type Matter } from './matter.ts'
import { insertOutbox } from './outbox-table.ts'
import { untilEntered } from './overtaken.ts'
import { submissionEvent, submissionRecord } from './records.ts'
import { enterRefusal, orEnterRefusal } from './refuse.ts'
import { encodeDecision } from './stored-decision.ts'
import type { Submission } from './submission.ts'
import { stepSuspensions } from './suspension/suspensions-table.ts'
import { stateOf } from './transfer-status.ts'
import { insertArrivals } from './withdrawal/withdrawals-table.ts'

export async function submit(gateway: Gateway, bytes: Uint8Array, origin: Origin): Promise<Submission> {
  if (bytes.length > gateway.limits.maxEnvelopeBytes) throw new Rejected('too-large', `${bytes.length} bytes`)
  const directory = gateway.directory()
  const envelope = await orEnterRefusal(gateway, { bytes, directory, origin }, () => {
    const verified = verify(bytes, directory, gateway.now())
    requireOwnWay(directory, gateway.party, verified.issuer, origin)
    return verified
  })
  return enter(gateway, { envelope, origin, directory, ...entryOf(envelope) })
}

function entryOf(envelope: VerifiedEnvelope): Pick<Entering, 'key' | 'fingerprint'> {
  return { key: entryKeys.envelope(envelope), fingerprint: envelope.digest }
}

/** Check 8, the decision, and the entry. */
export async function enter(gateway: Gateway, entering: Entering): Promise<Submission> {
  const { envelope } = entering
  const earlier = await gateway.earlier(envelope)
  if (earlier !== undefined) return again(gateway, entering, earlier)
  return inTurn(gateway, entering, () =>
    untilEntered(async (again) => {
      if (!again) return decideAndEnter(gateway, entering)
      await gateway.suspensions.catchUp()
      return decideAndEnter(gateway, { ...entering, directory: gateway.directory() })
    }),
  )
}

/**
 * Where the agreement counts, one of a sender and category at a time: each is decided on what those before it entered.
 * Another replica's are found out about in the transaction of the entry, and then it is decided anew.
 */
async function inTurn<T>(
  gateway: Gateway,
  { envelope, directory }: Entering,
  act: () => Promise<T>,
): Promise<T> {
  const category = categoryOf(envelope)
  const { messageType } = envelope
  const agreement = directory.rules.agreements.get(envelope.agreement)
  const windows = windowsOf(agreement, { category, messageType, at: gateway.now() })
  return windows.some(({ most }) => most > 0)
    ? gateway.turns.take(`${envelope.issuer} ${category}`, act)
    : act()
}

async function decideAndEnter(gateway: Gateway, entering: Entering): Promise<Submission> {
  const { envelope } = entering
  const matter = await decided(gateway, entering)
  const { index, leaf, receipt, repeated } = await gateway.sequencer.push({
    key: entering.key,
    fingerprint: entering.fingerprint,
    record: submissionRecord(matter),
    ...(matter.decision.allow && { counts: { from: envelope.issuer, to: matter.to } }),
    effects: effectsOf(matter),
  })
  // From here the envelope, its entry, its inboxes and its outbox are durable together. A crash before the answer costs
  // the sender one resubmission, which converges on this entry; relay and inboxes find their rows when the process is back.
  if (repeated) return firstAnswer(gateway, entering.key)
  if (goesOn(matter) && matter.decision.allow) gateway.receiptsGiven.add(entering.key, leaf)
  if (matter.decision.allow && matter.quorum === 0) gateway.witnessed.earned(toHex(envelope.digest))
  wake(gateway, matter)
  logSubmission(gateway, matter, index)
  const { decision, quorum } = matter
  const state = stateOf({ allowed: decision.allow, released: quorum === 0 })
  return { id: envelope.id, digest: envelope.digest, decision, state, index, receipt, repeated }
}

function effectsOf({
  envelope,
  origin,
  hosting,
  question,
  counted,
  known,
  decision,
  quorum,
  at,
  key,
  fingerprint,
  party,
  alongside,
}: Matter): readonly Effect[] {
  const { issuer, id, digest, expiresAt, messageType, parsed, bytes } = envelope
  const row = {
    issuer,
    id,
    digest,
    allowed: decision.allow,
    decision: encodeDecision(decision),
    header: parsed.headerBytes,
    bytes: decision.allow ? bytes : null,
    accepted_at: at,
    expires_at: expiresAt,
    entry_key: key,
    fingerprint,
    quorum,
  }
  const standing = [
    effect(stepSuspensions, { known }),
    ...countingEffects(countingOf({ ...question, messageType, at }, counted, decision.allow)),
  ]
  const beside = alongside?.(decision.allow) ?? []
  if (!decision.allow) return [...standing, rowOf(insertEnvelopes, row), ...beside]
  const inboxes = hosting.here.map((party) => ({ issuer, id, party, state: 'waiting' as const }))
  const relays = goesOn({ origin, hosting }) ? hosting.elsewhere : []
  return [
    ...standing,
    rowOf(insertEnvelopes, row),
    ...inboxes.map((inbox) => rowOf(insertInbox, inbox)),
    ...relays.map((to) => rowOf(insertOutbox, relayOf(envelope, to, quorum > 0))),
    ...(withdraws(envelope) && hosting.here.includes(party) ? [effect(insertArrivals, { issuer, id })] : []),
    ...beside,
  ]
}

/** What was counted on is looked at again after the others of its batch; where nothing was, there is nothing to look at. */
function countingEffects(counting: Counting): readonly Effect[] {
  if (counting.on.length > 0) return [effect(enterCounts, counting)]
  return counting.adds.map((transfer) => rowOf(insertTransfers, transfer))
}

/** Whether this gateway, being the sender's, relays it. */
function goesOn({ origin, hosting }: Pick<Matter, 'origin' | 'hosting'>): boolean {
  return origin.kind === 'agency' && hosting.elsewhere.length > 0
}

/** Its gateway takes it in by itself. */
function withdraws({ messageType }: VerifiedEnvelope): boolean {
  return messageType === 'clearance.withdrawal'
}

function relayOf({ issuer, id, expiresAt }: VerifiedEnvelope, gateway: string, held: boolean) {
  const what = { kind: 'envelope', recipient: '', outcome: '', state: 'waiting' } as const
  return { ...what, gateway, issuer, id, expires_at: expiresAt, held }
}

function wake({ signals }: Gateway, { envelope, decision, hosting, quorum }: Matter): void {
  if (!decision.allow || quorum > 0) return
  if (hosting.here.length > 0) signals.inbox.notify()
  if (hosting.here.length > 0 && withdraws(envelope)) signals.withdrawals.notify()
  if (hosting.elsewhere.length > 0) signals.outbox.notify()
}

function logSubmission(
  { logger }: Gateway,
  { envelope, origin, decision, to }: Matter,
  ledgerIndex: number,
): void {
  const [party] = to
  logger.info(submissionEvent(origin, decision.allow), {
    ...{ envelopeId: envelope.id, ledgerIndex, peer: envelope.issuer, count: to.length },
    ...(to.length === 1 ? { party } : {}),
    ...(decision.allow ? {} : { grounds: [...new Set(decision.grounds.map(({ code }) => code))] }),
  })
}

/** The first answer for the same bytes. Other bytes under the same id are the sender's fault, proven by its signatures. */
async function again(gateway: Gateway, entering: Entering, earlier: EnvelopeSummary): Promise<Submission> {
  const { envelope, origin, directory } = entering
  if (equal(earlier.digest, envelope.digest)) return firstAnswer(gateway, earlier.entry_key)
  await enterRefusal(gateway, { envelope, directory, origin }, 'reused-id')
  throw new Rejected('reused-id', `${envelope.issuer} ${envelope.id}`)
}
