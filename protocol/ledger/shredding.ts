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

/** A record is shredded after it was written, so that an entry speaks of those before it alone. */
export function beginMissing(): MissingRecords {
  const missing = beginMarks()
  let shown = false
  return {
    read: (index, record) => {
      if (record === undefined) missing.set(index)
      else {
        shown = true
        for (const shredded of shreddedBy(record)) if (shredded < index) missing.clear(shredded)
      }
    },
    conclude: () => {
      const first = missing.first()
      if (!shown || first === undefined) return
      throw new Rejected(
        'broken-chain',
        `entry ${first}: its record is missing, and no entry says that it was shredded`,
      )
    },
  }
}

/** One bit for each entry up to the last that is marked: a million need 125 kB. */
function beginMarks() {
  let bits = new Uint8Array(64)
  const grown = (length: number): Uint8Array<ArrayBuffer> => {
    const larger = new Uint8Array(length)
    larger.set(bits)
    return larger
  }
  return {
    set: (index: number): void => {
      const at = Math.floor(index / 8)
      if (at >= bits.length) bits = grown(2 * at)
      bits[at] = (bits[at] ?? 0) | (1 << (index % 8))
    },
    clear: (index: number): void => {
      const at = Math.floor(index / 8)
      if (at < bits.length) bits[at] = (bits[at] ?? 0) & ~(1 << (index % 8))
    },
    first: (): number | undefined => {
      const at = bits.findIndex((byte) => byte !== 0)
      return at < 0 ? undefined : 8 * at + Math.log2((bits[at] ?? 0) & -(bits[at] ?? 0))
    },
  }
}
