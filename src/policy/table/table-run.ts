/** Answers for a table of expected decisions put to the rules: which cases came out as expected, and how the others differ. */
import { parseLabel } from '../../../protocol/label.ts'
import type { Seconds } from '../../../protocol/names.ts'
import type { Decision, QuestionToAll } from '../../../protocol/policy/decide.ts'
import type { GroundCode } from '../../../protocol/policy/ground.ts'
import type { Rules } from '../../../protocol/policy/rules.ts'
import { agreementOr, candidatesFor, type Explanation, explanationOf } from '../explanation.ts'
import type { ExpectedCase, ExpectedTable } from './table-form.ts'

export interface CaseResult {
  readonly name: string
  readonly passed: boolean
  readonly expected: string
  readonly found: string
  /** Absent where the question has no answer yet. */
  readonly decision?: Decision
}

export function runTable(
  { at: all, cases }: ExpectedTable,
  rules: Rules,
  now: Seconds,
): readonly CaseResult[] {
  return cases.map((each) => runCase(each, rules, each.at ?? all ?? now))
}

function runCase(expected: ExpectedCase, rules: Rules, at: Seconds): CaseResult {
  const { name } = expected
  const wanted = inWords(expected)
  const candidates = candidatesFor(expected, rules, at)
  const agreement = agreementOr(expected.agreement, candidates)
  if (agreement === undefined) {
    const found = `several agreements, of which the case must name one: ${candidates.join(', ')}`
    return { name, passed: false, expected: wanted, found }
  }
  const explanation = explanationOf({ ...questionOf(expected, at), agreement }, rules, at)
  const found = foundInWords(explanation, expected)
  return { name, passed: wanted === found, expected: wanted, found, decision: explanation.decision }
}

function questionOf(expected: ExpectedCase, at: Seconds): Omit<QuestionToAll, 'agreement'> {
  const { from, to, purpose, category, originator, retainUntil, needToKnow, legalBasis, reader, counted } =
    expected
  return {
    ...{ from, to, purpose, category },
    label: {
      ...parseLabel(expected.label, expected.marked ?? at),
      ...(originator !== undefined && { originator }),
      ...(retainUntil !== undefined && { retainUntil }),
    },
    ...(needToKnow !== undefined && { needToKnow }),
    ...(legalBasis !== undefined && { legalBasis }),
    ...(reader && { reader }),
    ...(counted && { countedFor: new Map(to.map((party) => [party, counted])) }),
  }
}

/** The two sides are compared in the words in which they are told, so that no difference goes untold. */
function inWords({ expect, grounds, protectAs }: ExpectedCase): string {
  return words(expect === 'allow', grounds, protectAs === undefined ? undefined : [protectAs])
}

function foundInWords({ decision, receivers }: Explanation, { grounds, protectAs }: ExpectedCase): string {
  const codes = decision.grounds.map(({ code }) => code)
  const markings = [...new Set(receivers.map((each) => each.protectAs ?? 'nothing'))]
  return words(decision.allow, grounds && codes, protectAs === undefined ? undefined : markings)
}

function words(
  isAllowed: boolean,
  grounds: readonly GroundCode[] | undefined,
  markings: readonly string[] | undefined,
): string {
  const on = grounds === undefined || isAllowed ? '' : ` on ${[...new Set(grounds)].sort().join(', ')}`
  const as = markings === undefined ? '' : `, protected as ${markings.join(', ')}`
  return `${isAllowed ? 'allow' : 'deny'}${on}${as}`
}
