/**
 * Answers for making recorded decisions again: what was decided is a pure function of what the record holds, of the registry
 * version that it names, and of the entries before it, so that whoever has them can say whether it was decided so.
 */
import { toHex } from '../bytes.ts'
import { Rejected } from '../errors.ts'
import { compareNames, type PartyId } from '../names.ts'
import { type Decision, decideAll, type QuestionToAll } from '../policy/decide.ts'
import { groundLine } from '../policy/ground.ts'
import { inputsDigest, policyVersion } from '../policy/inputs.ts'
import { type Evaluator, type Rules, rulesFrom, type Suspension } from '../policy/rules.ts'
import { standingAfter } from '../policy/standing-suspensions.ts'
import { requireFresh, type VerifiedRegistry } from '../registry.ts'
import type { LedgerRecord } from './record.ts'
import { beginRecount, countedLine, type Recount } from './recount.ts'

/** Where a record and the decision made again part. */
export interface Difference {
  readonly index: number
  readonly transfer: string
  readonly what:
    | 'allow'
    | 'level'
    | 'grounds'
    | 'event'
    | 'decision'
    | 'registry'
    | 'policy'
    | 'inputs'
    | 'counted'
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
  /** Takes the entries in order; `undefined` is one whose record was shredded. */
  read(index: number, record: LedgerRecord | undefined): void
  result(): Replayed
}

/**
 * `versions` are all that the ledger adopted; `party` is whose ledger it is. Decisions on national modules need the
 * evaluator that they were made with.
 */
export function beginReplay(
  versions: readonly VerifiedRegistry[],
  party: PartyId,
  evaluator?: Evaluator,
): Replay {
  const held = new Map(versions.map((version) => [toHex(version.digest), ruled(version, evaluator)]))
  const adopted = new Set<string>()
  const differences: Difference[] = []
  const recount = beginRecount()
  let standing: readonly Suspension[] = []
  let [decisions, refusals] = [0, 0]
  const read = (index: number, record: LedgerRecord | undefined): void => {
    if (record === undefined) {
      recount.addUnknown()
      return
    }
    if (record.event === 'registry-adoption' && record.registry) adopted.add(toHex(record.registry.digest))
    standing = standingThen(standing, record)
    if (!isDecided(record, party)) return
    if (record.decision === undefined && record.event.endsWith('-rejection')) {
      refusals++
      return
    }
    decisions++
    const digest = record.registry === undefined ? '' : toHex(record.registry.digest)
    const found = adopted.has(digest) ? held.get(digest) : undefined
    for (const difference of differencesOf(record, found && suspended(found, standing), recount)) {
      differences.push({ index, transfer: record.transfer ?? 'unnamed', ...difference })
    }
    const { messageType, at } = record
    const transfer = questionOf(record)
    if (record.decision?.allow === true && transfer && messageType)
      recount.add({ ...transfer, messageType, at })
  }
  return { read, result: () => ({ decisions, refusals, differences }) }
}

interface Ruled {
  readonly version: VerifiedRegistry
  readonly rules: Rules
}

function ruled(version: VerifiedRegistry, evaluator: Evaluator | undefined): Ruled {
  return { version, rules: rulesFrom(version.document, evaluator) }
}

/** The rules of the version with the suspensions that stand before the entry. */
function suspended({ version, rules }: Ruled, standing: readonly Suspension[]): Ruled {
  if (standing.length === 0) return { version, rules }
  const suspensions = Map.groupBy(standing, ({ agreement }) => agreement)
  return { version, rules: { ...rules, suspensions } }
}

function standingThen(
  standing: readonly Suspension[],
  { event, agreement, from: by }: LedgerRecord,
): readonly Suspension[] {
  const suspends = event === 'agreement-suspension'
  if ((!suspends && event !== 'agreement-resumption') || agreement === undefined || by === undefined)
    return standing
  return standingAfter(standing, { agreement, by, suspends })
}

/** Submissions, and what came from another gateway; what this party itself relayed was decided when it was submitted. */
function isDecided({ event, actor }: LedgerRecord, party: PartyId): boolean {
  const submitted = event === 'submission-acceptance' || event === 'submission-rejection'
  return submitted || ((event === 'relay-acceptance' || event === 'relay-rejection') && actor !== party)
}

type Found = Omit<Difference, 'index' | 'transfer'>

function differencesOf(record: LedgerRecord, found: Ruled | undefined, recount: Recount): readonly Found[] {
  const { decision, registry, messageType, at } = record
  if (decision === undefined)
    return [{ what: 'decision', recorded: 'none', replayed: 'one for each acceptance' }]
  const question = questionOf(record)
  if (question === undefined || messageType === undefined)
    return [{ what: 'decision', recorded: 'without what it was made on', replayed: 'none' }]
  const named = `version ${registry?.version ?? 'unnamed'}`
  if (found === undefined) return [{ what: 'registry', recorded: named, replayed: 'not adopted before' }]
  const { version, rules } = found
  const other = otherRegistry(record, version)
  const counted = recount.otherThan(
    decision.counted,
    { ...question, messageType, at },
    rules.agreements.get(question.agreement),
  )
  return [
    ...(other === undefined ? [] : [{ what: 'registry' as const, recorded: named, replayed: other }]),
    ...(counted === undefined
      ? []
      : [{ what: 'counted' as const, recorded: countedLine(decision.counted), replayed: counted }]),
    ...compared(record, decision, decideAll(question, rules, at), digestOf(record, question, found)),
  ]
}

function questionOf(record: LedgerRecord): QuestionToAll | undefined {
  const { from, to, label, purpose, agreement, messageType, decision } = record
  const whole = from && to && label && purpose && agreement && messageType
  if (!whole) return undefined
  const [category = messageType] = messageType.split('.', 1)
  const { justification, counted } = decision ?? {}
  return {
    ...{ from, to, label, purpose, agreement, category },
    ...justification,
    ...(counted && { countedFor: counted }),
  }
}

/** What is wrong with the version that the record names. A gateway with one that is not in force decides nothing. */
function otherRegistry({ registry, at }: LedgerRecord, { document }: VerifiedRegistry): string | undefined {
  if (registry?.version !== document.version) return `version ${document.version}`
  try {
    requireFresh(document, at)
    return undefined
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}

function digestOf({ at, digest }: LedgerRecord, question: QuestionToAll, { version, rules }: Ruled): string {
  if (digest === undefined) return 'no envelope'
  return toHex(inputsDigest(question, { at, rules, registry: version.digest, envelope: digest }))
}

function compared(
  { event, policy }: LedgerRecord,
  recorded: NonNullable<LedgerRecord['decision']>,
  again: Decision,
  inputs: string,
): readonly Found[] {
  const lines = [...new Set(again.grounds.map(groundLine))].sort(compareNames)
  const pairs = [
    ['policy', policy ?? '', policyVersion],
    ['inputs', recorded.inputs === undefined ? '' : toHex(recorded.inputs), inputs],
    ['allow', String(recorded.allow), String(again.allow)],
    ['level', String(recorded.level), String(again.level)],
    ['grounds', recorded.grounds.join('; '), lines.join('; ')],
    ['event', event.split('-')[1] ?? event, again.allow ? 'acceptance' : 'rejection'],
  ] as const
  return pairs
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => ({ what, recorded: before || 'none', replayed: after || 'none' }))
}
