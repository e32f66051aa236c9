/** Answers for what a peer in the measurements of decisions is: an engine of rules that is given the same agreements and questions. */
import type { Agreement } from '../../../protocol/policy/agreement.ts'
import type { Seconds } from '../../../protocol/names.ts'
import type { RuleSources } from '../../../protocol/policy/rules.ts'
import type { Plain } from '../policy-world.ts'

export interface Decider {
  readonly name: string
  /** How it is set up. */
  readonly does: string
  readonly permits: (question: Plain, at: Seconds) => boolean
}

export type MakeDecider = (sources: RuleSources) => Promise<Decider>

/** An agreement as one line for each of its two directions. */
export interface Line {
  readonly agreement: string
  readonly from: string
  readonly to: string
  readonly category: string
  readonly ceiling: number
  readonly purpose: string
  readonly since: Seconds
  readonly until: Seconds
}

export function linesOf(agreements: readonly Agreement[]): readonly Line[] {
  return agreements.flatMap(({ id, first, second, ceilings, purposes, from: since, until = Infinity }) => {
    const [[one = ''], [other = ''], [purpose = '']] = [first, second, purposes]
    const [[category, ceiling] = ['', 0]] = ceilings
    const line = { agreement: id, category, ceiling, purpose, since, until }
    return [
      { ...line, from: one, to: other },
      { ...line, from: other, to: one },
    ]
  })
}
