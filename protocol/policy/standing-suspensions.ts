/** Answers for which suspensions stand after each notice, in the order in which a ledger entered them. */
import type { PartyId } from '../names.ts'
import type { Rules, Suspension } from './rules.ts'

/** A notice as far as it changes what stands. */
export interface SuspensionChange {
  readonly agreement: string
  readonly by: PartyId
  readonly suspends: boolean
}

/**
 * A suspension binds every decision that is entered after it, whatever the clocks say, until its own party's resumption
 * is entered: so it has no times, and who has the entries in their order has the same rules.
 */
export function standingAfter(
  standing: readonly Suspension[],
  { agreement, by, suspends }: SuspensionChange,
): readonly Suspension[] {
  const others = standing.filter((each) => each.agreement !== agreement || each.by !== by)
  return suspends ? [...others, { agreement, by, from: 0 }] : others
}

/** The same rules with these suspensions in place of theirs. */
export function withSuspensions(rules: Rules, standing: readonly Suspension[]): Rules {
  return { ...rules, suspensions: Map.groupBy(standing, ({ agreement }) => agreement) }
}
