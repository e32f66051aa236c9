/** Answers for the proof that decisions over a registry’s whole lattice are what the document says, no more and no less. */
import { printLabel } from '../../../protocol/label.ts'
import type { Seconds } from '../../../protocol/names.ts'
import { type Decision, decide } from '../../../protocol/policy/decide.ts'
import type { Question } from '../../../protocol/policy/facts.ts'
import type { Rules } from '../../../protocol/policy/rules.ts'
import { agreementsChanging } from '../moments.ts'
import { failure, many, type Objection, type Progress, type Proof, type Subject } from '../proof.ts'
import { brokenClause, type Reading, readingOf } from '../specification.ts'
import { blockOf } from '../states.ts'

/** The kernel, or what is to be shown to differ from it. */
export type Decide = (question: Question, rules: Rules, at: Seconds) => Decision

/** So many counterexamples tell as much as all. */
const enough = 5
const everyStates = 10_000

export function decisionsProof(subject: Subject, progress: Progress, deciding: Decide = decide): Proof {
  const { states, size } = latticeOf(subject)
  const objections: Objection[] = []
  let [done, permitted] = [0, 0]
  for (const { question, reading } of states()) {
    const decision = deciding(question, subject.rules, reading.at)
    objections.push(...differing(question, decision, subject.rules, reading))
    if (decision.allow) permitted++
    if (++done % everyStates === 0) progress(done, size)
    if (objections.length === enough) break
  }
  progress(size, size)
  return {
    name: 'decisions',
    claim:
      'what is decided is what the document says: no read-up, nothing above a ceiling, outside a release or without a live agreement',
    extent: `${many(done, 'state')}, ${permitted.toLocaleString('en')} of them permitted`,
    objections,
  }
}

interface State {
  readonly question: Question
  readonly reading: Reading
}

function latticeOf(subject: Subject): { readonly states: () => Generator<State>; readonly size: number } {
  const { document, moments } = subject
  const blocks = moments.flatMap((at, i) => {
    const reading = readingOf(document, at)
    const agreements = i === 0 ? document.agreements : agreementsChanging(document, at)
    return agreements.map((agreement) => ({ reading, ...blockOf(agreement, subject, at) }))
  })
  return {
    size: blocks.reduce((sum, block) => sum + block.size, 0),
    states: function* () {
      for (const { reading, questions } of blocks)
        for (const question of questions()) yield { question, reading }
    },
  }
}

/** National rules are outside the document’s own terms: they may refuse what it would permit, and nothing else. */
function differing(
  question: Question,
  { allow, grounds }: Decision,
  rules: Rules,
  reading: Reading,
): readonly Objection[] {
  const broken = brokenClause(reading, question)
  if (allow && broken !== undefined)
    return [failure(`permitted, though it does not hold that ${broken}`, stateLines(question, reading.at))]
  if (allow || broken !== undefined || rules.modules.size > 0) return []
  const codes = grounds.map(({ code }) => code).join(', ')
  return [
    failure(
      `refused on ${codes}, though the document has nothing against it`,
      stateLines(question, reading.at),
    ),
  ]
}

function stateLines(question: Question, at: Seconds): readonly string[] {
  const { from, to, label, agreement, category, purpose, needToKnow } = question
  return [
    `${from} to ${to}: ${category} for ${purpose} by agreement ${agreement}, at ${new Date(at * 1000).toISOString()}`,
    `label ${printLabel(label)}${needToKnow === undefined ? '' : ', with all stated that the agreement asks'}`,
  ]
}
