/** Answers for what a condition reports, and for how dates and lists are written in it. */
import type { Seconds } from '../names.ts'

export interface Finding {
  readonly subject: string
  readonly required?: string | undefined
  readonly found?: string | undefined
}

/** The one empty answer, so that a permitted transfer costs no memory. */
export const none: readonly Finding[] = []

const listedAtMost = 16

export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nobody'
  const rest = names.length - listedAtMost
  return rest > 0 ? `${names.slice(0, listedAtMost).join(', ')} and ${rest} more` : names.join(', ')
}

/** The largest time that ECMAScript can write as a date. */
const lastDate = 8_640_000_000_000

export function dateOf(at: Seconds): string {
  return at > lastDate ? 'beyond all dates' : `${new Date(at * 1000).toISOString().slice(0, -5)}Z`
}
