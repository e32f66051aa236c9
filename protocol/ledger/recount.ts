/** Answers for counting again what a ledger's decisions were counted on: the permitted transfers that stand before each. */
import { compareNames, type PartyId, type Seconds } from '../names.ts'
import type { Agreement } from '../policy/agreement.ts'
import { createTally, isCounted, type Tally, type Window, windowsOf } from '../policy/counting.ts'

/** What a count is about. */
interface CountedTransfer {
  readonly from: PartyId
  readonly to: readonly PartyId[]
  readonly category: string
  readonly messageType: string
  readonly at: Seconds
}

export type Counted = ReadonlyMap<PartyId, readonly number[]>

export interface Recount {
  /** A permitted transfer. */
  readonly add: (transfer: CountedTransfer) => void
  /** An entry whose record is gone: it may have been a permitted transfer of any pair. */
  readonly addUnknown: () => void
  /** What was to be counted before this one; `undefined` when that is what was, as far as can be known. */
  readonly otherThan: (
    recorded: Counted | undefined,
    transfer: CountedTransfer,
    agreement: Agreement | undefined,
  ) => string | undefined
}

export function beginRecount(): Recount {
  const tallies = new Map<string, Tally>()
  let unknown = 0
  const tallyOf = (from: PartyId, to: PartyId, category: string): Tally => {
    const name = `${from} ${to} ${category}`
    const tally = tallies.get(name) ?? createTally()
    tallies.set(name, tally)
    return tally
  }
  return {
    add: (transfer) => {
      const { from, to, category, at } = transfer
      if (!isCounted(transfer)) return
      for (const each of new Set(to)) tallyOf(from, each, category).add(at)
    },
    addUnknown: () => {
      unknown++
    },
    otherThan: (recorded, transfer, agreement) => {
      const { from, to, category } = transfer
      const windows = windowsOf(agreement, transfer)
      if (windows.length === 0) return recorded === undefined ? undefined : countedLine(undefined)
      const found = [...new Set(to)].map((party) => {
        const tally = tallyOf(from, party, category)
        return [party, windows.map((window) => tally.count(window))] as const
      })
      return isWithin(recorded, new Map(found), windows, unknown) ? undefined : countedLine(new Map(found))
    },
  }
}

function isWithin(
  recorded: Counted | undefined,
  found: Counted,
  windows: readonly Window[],
  unknown: number,
): boolean {
  if (recorded?.size !== found.size) return false
  return [...found].every(([party, counts]) => {
    const said = recorded.get(party)
    return (
      said?.length === counts.length &&
      windows.every(({ most }, i) => {
        const [least = 0, each = -1] = [counts[i], said[i]]
        return least <= each && each <= Math.min(most, least + unknown)
      })
    )
  })
}

/** `LVA 0; NLD 3, 1` */
export function countedLine(counted: Counted | undefined): string {
  if (counted === undefined) return 'none'
  return [...counted]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([party, counts]) => `${party} ${counts.join(', ')}`)
    .join('; ')
}
