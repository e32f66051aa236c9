/** Answers for deciding on one submission: for whom, on what counts, by which registry, and with which witnesses. */
import type { Directory } from '../../protocol/directory.ts'
import type { VerifiedEnvelope } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { type Decision, decideAll, type QuestionToAll } from '../../protocol/policy/decide.ts'
import { withSuspensions } from '../../protocol/policy/standing-suspensions.ts'
import type { Effect } from '../ledger/effect.ts'
import { requireQuorum } from '../ledger/witnessing/standing.ts'
import { countedFor, countedOn } from './counting.ts'
import type { CountedRow } from './counts-table.ts'
import type { Gateway, Origin } from './gateway.ts'
import { type Hosting, hostingOf } from './hosting.ts'

export interface Entering {
  readonly envelope: VerifiedEnvelope
  readonly origin: Origin
  readonly directory: Directory
  /** Under which the sequencer enters it once, and what a repetition must agree with. */
  readonly key: string
  readonly fingerprint: Uint8Array
  /** What else commits with the entry. */
  readonly alongside?: (allowed: boolean) => readonly Effect[]
}

/** Everything about one submission that its record and its rows are made of. */
export interface Matter extends Entering {
  readonly party: PartyId
  readonly hosting: Hosting
  /** For whom it was decided. */
  readonly to: readonly PartyId[]
  readonly question: QuestionToAll
  /** What of the question was counted, and must still be so where it is entered. */
  readonly counted: readonly CountedRow[]
  /** How many suspension notices it was decided on; where it is entered there must be no more. */
  readonly known: number
  readonly decision: Decision
  /** How many witnesses it waits for before it goes further. */
  readonly quorum: number
  readonly at: Seconds
}

export async function decided(gateway: Gateway, entering: Entering): Promise<Matter> {
  const { envelope, origin } = entering
  const [known, directory] = [gateway.suspensions.version(), asSuspended(gateway, entering)]
  const { issuer: from, label, purpose, agreement, messageType, justification } = envelope
  const at = gateway.now()
  const hosting = hostingOf(
    directory,
    gateway.party,
    envelope.recipients.map(({ party }) => party),
  )
  const to = decidedFor(origin, envelope, hosting)
  const category = categoryOf(envelope)
  const { rules } = directory
  const counted = await countedOn(
    gateway.database,
    { from, to, category, messageType, at },
    rules.agreements.get(agreement),
  )
  const counts = countedFor(counted)
  const question = {
    ...{ from, to, label, purpose, agreement, category, ...justification },
    ...(counts && { countedFor: counts }),
  }
  const decision = decideAll(question, rules, at)
  // What is refused here for want of witnesses may be sent again, and is no entry: a denial goes before, and is one.
  const quorum = decision.allow && decision.level !== null ? await requireQuorum(gateway, decision.level) : 0
  const grounds = { directory, to, question, counted, known }
  return { ...entering, ...grounds, party: gateway.party, hosting, decision, quorum, at }
}

/** Whatever was suspended since the directory was asked for is suspended. */
function asSuspended({ suspensions }: Gateway, { directory }: Entering): Directory {
  return { ...directory, rules: withSuspensions(directory.rules, suspensions.standing()) }
}

/** The message type up to its first dot. */
export function categoryOf({ messageType }: Pick<VerifiedEnvelope, 'messageType'>): string {
  const [category = messageType] = messageType.split('.', 1)
  return category
}

/** The sender's gateway decides for all recipients; another one for its own, and takes nothing that is not for them. */
function decidedFor(origin: Origin, envelope: VerifiedEnvelope, { here }: Hosting): readonly PartyId[] {
  if (origin.kind === 'agency') return envelope.recipients.map(({ party }) => party)
  if (here.length === 0) throw new Rejected('forbidden', 'no recipient of the envelope is served here')
  return here
}
