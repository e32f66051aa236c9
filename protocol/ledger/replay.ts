/**
 * Answers for making recorded decisions again: what was decided is a pure function of what the record holds and of the
 * registry version that it names, so that whoever has both can say whether it was decided so.
 */
import { toHex } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { compareNames, type PartyId } from '../names.ts'
import { type Decision, decideAll, type QuestionToAll } from '../policy/decide.ts'
import { groundLine } from '../policy/ground.ts'
import { type Rules, rulesFrom } from '../policy/rules.ts'
import { requireFresh, type VerifiedRegistry } from '../registry.ts'
import type { LedgerRecord } from './record.ts'

/** Where a record and the decision made again part. */
export interface Difference {
  readonly index: number
  readonly transfer: string
  readonly what: 'allow' | 'level' | 'grounds' | 'event' | 'decision' | 'registry'
  readonly recorded: string
  readonly replayed: string
}

export interface Replayed {
  /** Decisions that were made again. */
  readonly decisions: number
  /** Refused for what they were, before any decision: nothing to make again. */
  readonly refusals: number
  readonly differences: readonly Difference[]
}

export interface Replay {
  /** Takes the entries in order. */
  read(index: number, record: LedgerRecord): void
  result(): Replayed
}

/** `versions` are all that the ledger adopted; `party` is whose ledger it is. */
export function beginReplay(versions: readonly VerifiedRegistry[], party: PartyId): Replay {
  const held = new Map(versions.map((version) => [toHex(version.digest), ruled(version)]))
  const adopted = new Set<string>()
  const differences: Difference[] = []
  let [decisions, refusals] = [0, 0]
  const read = (index: number, record: LedgerRecord): void => {
    if (record.event === 'registry-adoption' && record.registry) adopted.add(toHex(record.registry.digest))
    if (!isDecided(record, party)) return
    if (record.decision === undefined && record.event.endsWith('-rejection')) {
      refusals++
      return
    }
    decisions++
    const digest = record.registry === undefined ? '' : toHex(record.registry.digest)
    const found = adopted.has(digest) ? held.get(digest) : undefined
    for (const difference of differencesOf(record, found)) {
      differences.push({ index, transfer: record.transfer ?? 'unnamed', ...difference })
    }
  }
  return { read, result: () => ({ decisions, refusals, differences }) }
}

interface Ruled {
  readonly version: VerifiedRegistry
  readonly rules: Rules
}

function ruled(version: VerifiedRegistry): Ruled {
  return { version, rules: rulesFrom(version.document) }
}

/** Submissions, and what came from another gateway; what this party itself relayed was decided when it was submitted. */
function isDecided({ event, actor }: LedgerRecord, party: PartyId): boolean {
  const submitted = event === 'submission-acceptance' || event === 'submission-rejection'
  return submitted || ((event === 'relay-acceptance' || event === 'relay-rejection') && actor !== party)
}

type Found = Omit<Difference, 'index' | 'transfer'>

function differencesOf(record: LedgerRecord, found: Ruled | undefined): readonly Found[] {
  const { decision, registry, at } = record
  if (decision === undefined)
    return [{ what: 'decision', recorded: 'none', replayed: 'one for each acceptance' }]
  const question = questionOf(record)
  if (question === undefined)
    return [{ what: 'decision', recorded: 'without what it was made on', replayed: 'none' }]
  const named = `version ${registry?.version ?? 'unnamed'}`
  if (found === undefined) return [{ what: 'registry', recorded: named, replayed: 'not adopted before' }]
  const stale = stalenessOf(found.version, at)
  const again = decideAll(question, found.rules, at)
  return [
    ...(stale === undefined ? [] : [{ what: 'registry' as const, recorded: named, replayed: stale }]),
    ...compared(record, decision, again),
  ]
}

function questionOf(record: LedgerRecord): QuestionToAll | undefined {
  const { from, to, label, purpose, agreement, messageType } = record
  const whole = from && to && label && purpose && agreement && messageType
  if (!whole) return undefined
  const [category = messageType] = messageType.split('.', 1)
  return { from, to, label, purpose, agreement, category }
}

/** A gateway with a registry that is not in force decides nothing. */
function stalenessOf({ document }: VerifiedRegistry, at: number): string | undefined {
  try {
    requireFresh(document, at)
    return undefined
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}

function compared(
  { event }: LedgerRecord,
  recorded: NonNullable<LedgerRecord['decision']>,
  again: Decision,
): readonly Found[] {
  const lines = [...new Set(again.grounds.map(groundLine))].sort(compareNames)
  const pairs = [
    ['allow', String(recorded.allow), String(again.allow)],
    ['level', String(recorded.level), String(again.level)],
    ['grounds', recorded.grounds.join('; '), lines.join('; ')],
    ['event', event.split('-')[1] ?? event, again.allow ? 'acceptance' : 'rejection'],
  ] as const
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => ({ what, recorded: before || 'none', replayed: after || 'none' }))
}
