/**
 * Answers for the last look before an envelope leaves: that enough witnesses cosigned the ledger over its entry is shown of
 * what is signed, whatever the tables say of its release. What cannot be shown is held again, and goes when it can be.
 */
import { suite } from '#suite'
import { equal, toHex } from '../../protocol/bytes.ts'
import { type Directory, quorumFor } from '../../protocol/directory.ts'
import { type ProvenEnvelope, proveSender } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type LedgerRecord, parseRecord } from '../../protocol/ledger/record.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { decideAll } from '../../protocol/policy/decide.ts'
import type { Level } from '../../protocol/policy/level.ts'
import { findEntries, type StoredEntry } from '../ledger/entries-table.ts'
import { proveRow } from '../ledger/row-proof.ts'
import { isUnder } from '../ledger/witnessing/entry-under.ts'
import { type EnvelopeName, entryKeys } from './envelope-name.ts'
import { type EnvelopeSummary, holdEnvelope } from './envelopes-table.ts'
import type { Gateway } from './gateway.ts'
import { categoryOf } from './matter.ts'
import { holdOutbox } from './outbox-table.ts'

type Entered = EnvelopeName & Pick<EnvelopeSummary, 'entry_key'>

/** Whether these bytes may leave. If not, they are held again. */
export async function isEarned(gateway: Gateway, envelope: Entered, bytes: Uint8Array): Promise<boolean> {
  const { witnessed } = gateway
  const digest = suite.sha256(bytes)
  if (witnessed.isEarned(toHex(digest))) return true
  const directory = gateway.directory()
  const now = gateway.now()
  const proven = proveSender(bytes, directory, now)
  const decided = proven && (await decidedOn(gateway, envelope, { digest, proven }))
  const quorum = quorumOf(directory, gateway.party, levelOf(directory, { proven, decided }, now))
  const earned = quorum !== undefined && (await hasQuorum(gateway, envelope, { digest, proven }, quorum))
  if (earned) witnessed.earned(toHex(digest))
  else await holdAgain(gateway, envelope, quorum ?? 1)
  return earned
}

/** Whether this reader may have them. The sender may before they leave, being the one that signed them. */
export async function mayRead(
  gateway: Gateway,
  envelope: EnvelopeSummary,
  bytes: Uint8Array,
  reader: PartyId,
): Promise<boolean> {
  const own =
    envelope.issuer === reader && proveSender(bytes, gateway.directory(), gateway.now())?.issuer === reader
  return own || isEarned(gateway, envelope, bytes)
}

interface Sent {
  readonly proven: ProvenEnvelope | undefined
  /** What the ledger holds of the decision, where its agreement counts. */
  readonly decided: LedgerRecord | undefined
}

/** By the rules in force. What nobody is proven to have sent, or has an unknown label, is worth the most. */
function levelOf({ rules }: Directory, { proven, decided }: Sent, at: Seconds): Level {
  if (proven === undefined) return 4
  const { issuer: from, label, purpose, agreement } = proven
  const category = categoryOf(proven)
  const to = decided?.to ?? proven.recipients.map(({ party }) => party)
  const counted = decided?.decision?.counted
  const question = { from, to, label, purpose, agreement, category, ...(counted && { countedFor: counted }) }
  return decideAll(question, rules, at).level ?? 4
}

/** On what an agreement that counts was decided. Nothing where that is not proven: then it counts as too many. */
async function decidedOn(
  gateway: Gateway,
  { entry_key }: Entered,
  shown: Shown & { readonly proven: ProvenEnvelope },
): Promise<LedgerRecord | undefined> {
  const { rules } = gateway.directory()
  if (rules.agreements.get(shown.proven.agreement)?.aggregation === undefined) return undefined
  const [entry] = await findEntries(gateway.database, [entry_key])
  if (entry === undefined || entry.record === null || !isAbout(entry, shown)) return undefined
  try {
    proveRow(entry)
    const entered = await gateway.sequencer.find(entry_key)
    return entered && equal(entered.leaf, entry.leaf) ? parseRecord(entry.record) : undefined
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

/** `undefined` where the registry states none that can be met. */
function quorumOf(directory: Directory, party: PartyId, level: Level): number | undefined {
  try {
    return quorumFor(directory, level, party)
  } catch (error) {
    if (error instanceof Rejected) return undefined
    throw error
  }
}

interface Shown {
  readonly digest: Uint8Array
  readonly proven: ProvenEnvelope | undefined
}

async function hasQuorum(
  { database, witnessed }: Gateway,
  { entry_key }: Entered,
  shown: Shown,
  quorum: number,
): Promise<boolean> {
  if (quorum === 0) return true
  const [entry] = await findEntries(database, [entry_key])
  if (entry === undefined || !isAbout(entry, shown)) return false
  const checkpoint = await witnessed.over(entry.index, quorum)
  return checkpoint !== undefined && isUnder(database, entry, checkpoint)
}

/** Of a shredded record nothing but key and fingerprint is left, which name the envelope unless the request had a key. */
function isAbout({ record, key, fingerprint }: StoredEntry, { digest, proven }: Shown): boolean {
  if (record === null) {
    return proven !== undefined && key === entryKeys.envelope(proven) && equal(fingerprint, digest)
  }
  try {
    const about = parseRecord(record)
    return about.decision?.allow === true && about.digest !== undefined && equal(about.digest, digest)
  } catch (error) {
    if (error instanceof Rejected) return false
    throw error
  }
}

async function holdAgain(
  { database, logger, party }: Gateway,
  envelope: Entered,
  quorum: number,
): Promise<void> {
  logger.error('release-unearned', { envelopeId: envelope.id, party })
  await database.transaction().execute(async (tx) => {
    await holdEnvelope(tx, envelope, quorum)
    await holdOutbox(tx, envelope)
  })
  // From here the releaser finds it like anything that waits, and gives it its place in the inboxes anew.
}
