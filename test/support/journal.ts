/**
 * Answers for what a process writes down of each answer it gets, one JSON value a line, in a file that outlives it; and for
 * reading that file while it grows.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import type { DatabaseSource } from '../../src/database/open.ts'

/** What the process is told. */
export interface PushingOrder {
  readonly source: DatabaseSource
  /** Begins the keys of its events. */
  readonly name: string
  readonly journal: string
  readonly inFlight: number
}

/** Some events are pushed by every process, as by a caller who asks another replica. */
export function keyOf(name: string, number: number): string {
  return number % 50 === 0 ? `shared-${number}` : `${name}-${number}`
}

export interface Acknowledged {
  readonly kind: 'entry'
  readonly number: number
  readonly index: number
  readonly size: number
  /** Hexadecimal, as the leaf is. */
  readonly root: string
  readonly leaf: string
}

export type JournalLine =
  | Acknowledged
  | { readonly kind: 'open' }
  | { readonly kind: 'signed'; readonly checkpoint: string; readonly receipt: string }
  | { readonly kind: 'refused'; readonly code: string }

/** The lines that are whole. */
export function linesOf(text: string): readonly JournalLine[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as JournalLine)
}

export interface JournalReader {
  /** What was written since the last time. */
  readonly more: () => readonly JournalLine[]
}

export function readJournal(file: string): JournalReader {
  let [at, rest] = [0, '']
  const more = (): readonly JournalLine[] => {
    if (!existsSync(file)) return []
    const descriptor = openSync(file, 'r')
    const added = Buffer.alloc(fstatSync(descriptor).size - at)
    at += readSync(descriptor, added, 0, added.length, at)
    closeSync(descriptor)
    const text = rest + added.toString('utf8')
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    return linesOf(text.slice(0, end))
  }
  return { more }
}
