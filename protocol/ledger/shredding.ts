/** Answers for what an entry says of shredded records, and for a record that is missing without such an entry. */
import { Rejected } from '../errors.ts'
import type { LedgerRecord } from './record.ts'

/** `shredded 4 records: 3-5, 8`. */
export function shreddingDetail(indexes: readonly number[]): string {
  const runs: { readonly start: number; end: number }[] = []
  for (const index of indexes) {
    const last = runs.at(-1)
    if (last?.end === index - 1) last.end = index
    else runs.push({ start: index, end: index })
  }
  const listed = runs.map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`))
  return `shredded ${indexes.length} records: ${listed.join(', ')}`
}

/** The entries that a record says were shredded; none for any other record. */
export function shreddedBy({ event, detail = '' }: LedgerRecord): readonly number[] {
  const [, list] = /^shredded \d+ records: ([0-9, -]+)$/.exec(detail) ?? []
  if (event !== 'operator-action' || list === undefined) return []
  return list.split(', ').flatMap((run) => {
    const [start = 0, end = start] = run.split('-').map(Number)
    return Array.from({ length: Math.min(Math.max(end - start + 1, 0), 4096) }, (_, i) => start + i)
  })
}

export interface MissingRecords {
  /** Takes the entries in order. */
  read(index: number, record: LedgerRecord | undefined): void
  /** Throws `broken-chain` for the first record that is missing and not said to be shredded; not where none is shown at all. */
  conclude(): void
}

export function beginMissing(): MissingRecords {
  const missing = new Set<number>()
  const said: number[] = []
  let shown = false
  return {
    read: (index, record) => {
      if (record === undefined) missing.add(index)
      else {
        shown = true
        said.push(...shreddedBy(record))
      }
    },
    conclude: () => {
      for (const index of said) missing.delete(index)
      const [first] = missing
      if (!shown || first === undefined) return
      throw new Rejected(
        'broken-chain',
        `entry ${first}: its record is missing, and no entry says that it was shredded`,
      )
    },
  }
}
