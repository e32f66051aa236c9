/** Answers for the matrix of a registry: for each sender and receiver the highest level that any agreement lets pass. */
import { compareNames, type PartyId, type Seconds } from '../../../protocol/names.ts'
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import { type Level, levels } from '../../../protocol/policy/level.ts'
import { takesTransfers } from '../../../protocol/policy/others.ts'
import type { Rules } from '../../../protocol/policy/rules.ts'
import { pairsOf } from '../registry-rules.ts'

export interface Asked {
  readonly category: string
  /** Absent: for whichever purpose reaches highest. */
  readonly purpose?: string
  readonly at: Seconds
}

export interface Cell {
  readonly from: PartyId
  readonly to: PartyId
  readonly level: Level
  /** Those that reach the level, in the order of their ids. */
  readonly agreements: readonly string[]
  /** Each of these asks for more than a label: something stated, a term of retention, a count, a national rule. */
  readonly conditional: boolean
}

export interface Matrix {
  readonly asked: Asked
  readonly parties: readonly PartyId[]
  /** Where nothing may pass there is no cell. */
  readonly cells: readonly Cell[]
}

/** What labels ask beside the level (release, compartments, caveats) is `explain`'s: it differs from label to label. */
export function matrixOf(rules: Rules, asked: Asked): Matrix {
  const cells = new Map<string, Cell>()
  const ordered = [...rules.agreements.values()].sort((a, b) => compareNames(a.id, b.id))
  for (const agreement of ordered) {
    const ceiling = ceilingFor(rules, agreement, asked)
    if (ceiling === undefined) continue
    for (const [from, to] of pairsOf(rules, agreement, asked.at)) {
      const level = lower(ceiling, rules.parties.get(to)?.accreditation ?? 0)
      const conditional = isConditional(agreement, asked) || rules.modules.has(from) || rules.modules.has(to)
      const cell = { from, to, level, agreements: [agreement.id], conditional }
      cells.set(`${from} ${to}`, higher(cells.get(`${from} ${to}`), cell))
    }
  }
  const parties = [...rules.parties.keys()].sort(compareNames)
  return { asked, parties, cells: [...cells.values()] }
}

function ceilingFor(rules: Rules, agreement: Agreement, { category, purpose, at }: Asked): Level | undefined {
  const isFor = purpose === undefined || agreement.purposes.includes(purpose)
  return isFor && takesTransfers(rules, agreement, at) ? agreement.ceilings.get(category) : undefined
}

/** The highest level that neither bars. */
export function lower(ceiling: Level, accreditation: number): Level {
  return levels.findLast((level) => level <= ceiling && level <= accreditation) ?? 0
}

function isConditional(agreement: Agreement, { category }: Asked): boolean {
  const { needToKnow, legalBases, retention, nationals, aggregation = [] } = agreement
  const isCounted = aggregation.some((limit) => limit.category === category)
  return (
    needToKnow === true || isCounted || [legalBases, retention, nationals].some((each) => each !== undefined)
  )
}

function higher(held: Cell | undefined, found: Cell): Cell {
  if (held === undefined || found.level > held.level) return found
  if (found.level < held.level) return held
  return {
    ...held,
    agreements: [...held.agreements, ...found.agreements],
    conditional: held.conditional && found.conditional,
  }
}

/** Sender, then receiver → cell. */
export function cellsBySender({ cells }: Matrix): ReadonlyMap<PartyId, ReadonlyMap<PartyId, Cell>> {
  const rows = new Map<PartyId, Map<PartyId, Cell>>()
  for (const cell of cells) {
    const row = rows.get(cell.from) ?? new Map<PartyId, Cell>()
    rows.set(cell.from, row.set(cell.to, cell))
  }
  return rows
}
