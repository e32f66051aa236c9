/** Answers for caveats: what each kind of rule asks, and whether a transfer meets it. */
import type { Question } from './facts.ts'
import { type Finding, listed, none } from './finding.ts'
import { includes, type IndexedScheme, type Rules } from './rules.ts'
import type { Caveat } from './scheme.ts'

/** The label's caveats that are known and not met. */
export function caveatFindings(scheme: IndexedScheme, question: Question, rules: Rules): readonly Finding[] {
  if (question.label.caveats.length === 0) return none
  return question.label.caveats.flatMap((name) => {
    const caveat = scheme.caveats.get(name)
    return caveat === undefined ? none : findingOf(caveat, question, rules)
  })
}

function findingOf(caveat: Caveat, { from, to, label, purpose }: Question, rules: Rules): readonly Finding[] {
  const { name: subject, rule } = caveat
  switch (rule) {
    case 'handling':
      return none
    case 'originator-sends':
      if (label.originator === undefined || label.originator === from) return none
      return [{ subject, required: `sent by ${label.originator}`, found: `sent by ${from}` }]
    case 'only-parties':
      if (includes(rules, caveat.parties, to, label.at)) return none
      return [{ subject, required: `only to ${listed(caveat.parties)}`, found: `to ${to}` }]
    case 'only-purposes':
      if (caveat.purposes.includes(purpose)) return none
      return [{ subject, required: `only for ${listed(caveat.purposes)}`, found: `for ${purpose}` }]
  }
}
