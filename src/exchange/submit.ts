/**
 * Answers for submission: an envelope is verified, decided upon and entered, in one transaction with what it sets going.
 * The same bytes again give the first answer; the same id with other bytes is refused. A denial is an answer.
 */
import { equal, toHex } from '../../protocol/bytes.ts'
import type { Directory } from '../../protocol/directory.ts'
import { verify, type VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Decision, decideAll } from '../../protocol/policy/decide.ts'
import { type Effect, effect } from '../ledger/effect.ts'
import { requireQuorum } from '../ledger/witnessing/standing.ts'
import { entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, findEnvelope, insertEnvelopes } from './envelopes-table.ts'
import { firstAnswer } from './first-answer.ts'
import type { Gateway, Origin } from './gateway.ts'
import { type Hosting, hostingOf, requireOwnWay } from './hosting.ts'
import { insertInbox } from './inbox-table.ts'
import { insertOutbox } from './outbox-table.ts'
import { submissionEvent, submissionRecord } from './records.ts'
import { enterRefusal, orEnterRefusal } from './refuse.ts'
import { encodeDecision } from './stored-decision.ts'
import type { Submission } from './submission.ts'
import { stateOf } from './transfer-status.ts'

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

export interface Entering {
  readonly envelope: VerifiedEnvelope
  readonly origin: Origin
  readonly directory: Directory
  /** Under which the sequencer enters it once, and what a repetition must agree with. */
  readonly key: string
  readonly fingerprint: Uint8Array
}

function entryOf(envelope: VerifiedEnvelope): Pick<Entering, 'key' | 'fingerprint'> {
  return { key: entryKeys.envelope(envelope), fingerprint: envelope.digest }
}

/** Check 8, the decision, and the entry. */
export async function enter(gateway: Gateway, entering: Entering): Promise<Submission> {
  const { envelope } = entering
  const earlier = await findEnvelope(gateway.database, envelope.issuer, envelope.id)
  if (earlier !== undefined) return again(gateway, entering, earlier)
  const matter = await decided(gateway, entering)
  const { index, receipt, repeated } = await gateway.sequencer.push({
    key: entering.key,
    fingerprint: entering.fingerprint,
    record: submissionRecord(matter),
    ...(matter.decision.allow && { counts: { from: envelope.issuer, to: matter.to } }),
    effects: effectsOf(matter),
  })
  // From here the envelope, its entry, its inboxes and its outbox are durable together. A crash before the answer costs
  // the sender one resubmission, which converges on this entry; relay and inboxes find their rows when the process is back.
  if (repeated) return firstAnswer(gateway, entering.key)
  if (matter.decision.allow && matter.quorum === 0) gateway.witnessed.earned(toHex(envelope.digest))
  wake(gateway, matter)
  logSubmission(gateway, matter, index)
  const { decision, quorum } = matter
  const state = stateOf({ allowed: decision.allow, released: quorum === 0 })
  return { id: envelope.id, digest: envelope.digest, decision, state, index, receipt, repeated }
}

/** Everything about one submission that its record and its rows are made of. */
export interface Matter extends Entering {
  readonly party: PartyId
  readonly hosting: Hosting
  /** For whom it was decided. */
  readonly to: readonly PartyId[]
  readonly decision: Decision
  /** How many witnesses it waits for before it goes further. */
  readonly quorum: number
  readonly at: Seconds
}

async function decided(gateway: Gateway, entering: Entering): Promise<Matter> {
  const { envelope, directory, origin } = entering
  const { issuer: from, label, purpose, agreement, messageType } = envelope
  const at = gateway.now()
  const hosting = hostingOf(
    directory,
    gateway.party,
    envelope.recipients.map(({ party }) => party),
  )
  const to = decidedFor(origin, envelope, hosting)
  const [category = messageType] = messageType.split('.', 1)
  const decision = decideAll({ from, to, label, purpose, agreement, category }, directory.rules, at)
  // What is refused here for want of witnesses may be sent again, and is no entry: a denial goes before, and is one.
  const quorum = decision.allow && decision.level !== null ? await requireQuorum(gateway, decision.level) : 0
  return { ...entering, party: gateway.party, hosting, to, decision, quorum, at }
}

/** The sender's gateway decides for all recipients; another one for its own, and takes nothing that is not for them. */
function decidedFor(origin: Origin, envelope: VerifiedEnvelope, { here }: Hosting): readonly PartyId[] {
  if (origin.kind === 'agency') return envelope.recipients.map(({ party }) => party)
  if (here.length === 0) throw new Rejected('forbidden', 'no recipient of the envelope is served here')
  return here
}

function effectsOf({
  envelope,
  origin,
  hosting,
  decision,
  quorum,
  at,
  key,
  fingerprint,
}: Matter): readonly Effect[] {
  const { issuer, id, digest, expiresAt, parsed, bytes } = envelope
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
  if (!decision.allow) return [effect(insertEnvelopes, row)]
  const inboxes = hosting.here.map((party) => ({ issuer, id, party, state: 'waiting' as const }))
  const relays = origin.kind === 'agency' ? hosting.elsewhere : []
  return [
    effect(insertEnvelopes, row),
    ...inboxes.map((inbox) => effect(insertInbox, inbox)),
    ...relays.map((to) => effect(insertOutbox, relayOf(envelope, to, quorum > 0))),
  ]
}

function relayOf({ issuer, id, expiresAt }: VerifiedEnvelope, gateway: string, held: boolean) {
  const what = { kind: 'envelope', recipient: '', outcome: '', state: 'waiting' } as const
  return { ...what, gateway, issuer, id, expires_at: expiresAt, held }
}

function wake({ signals }: Gateway, { decision, hosting, quorum }: Matter): void {
  if (!decision.allow || quorum > 0) return
  if (hosting.here.length > 0) signals.inbox.notify()
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
