/** Answers for what a marking is worth: by the agreement's own table where it has one, by the issuer's scheme otherwise. */
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Agreement, Equivalent } from './agreement.ts'
import type { Level } from './level.ts'
import { markingAt, type Rules } from './rules.ts'
import { levelOut, type Marking, markingFor } from './scheme.ts'

/** The agreement's row for a marking, in whichever of the issuer's languages either is written. */
export function rowFor(agreement: Agreement, issuer: PartyId, { forms }: Marking): Equivalent | undefined {
  return agreement.table.find((row) => row.issuer === issuer && forms.includes(row.marking))
}

/** Whether the agreement has a table of its own for this issuer's markings. */
export function hasTableFor(agreement: Agreement, issuer: PartyId): boolean {
  return agreement.table.some((row) => row.issuer === issuer)
}

/** An agreement may settle what an interval leaves open, or ask for more; it cannot go below the interval. */
export function levelOf(marking: Marking, row: Equivalent | undefined): Level {
  if (row === undefined) return levelOut(marking)
  return row.level < marking.low ? marking.low : row.level
}

/**
 * How a receiver must mark and protect what it got: the agreement's own answer, or else the receiver's smallest marking
 * that is worth at least as much. `undefined`: it has none, or something is unknown.
 */
export function protectAs(
  rules: Rules,
  { policy, marking: form, at: labelled }: Pick<Label, 'policy' | 'marking' | 'at'>,
  receiver: PartyId,
  at: Seconds,
  agreement?: Agreement,
): string | undefined {
  const issuer = rules.schemes.get(policy)
  const marking = issuer && markingAt(issuer, form, labelled)
  const own = rules.schemes.get(receiver)
  if (marking === undefined || own === undefined) return undefined
  const row = agreement && rowFor(agreement, policy, marking)
  return row?.protectAs ?? markingFor(own.scheme, levelOf(marking, row), at)?.forms[0]
}
