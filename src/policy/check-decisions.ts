/** Answers for the proof that decisions over a registry’s whole lattice are what the document says, no more and no less. */
import { printLabel } from '../../protocol/label.ts'
import type { Seconds } from '../../protocol/names.ts'
import { type Decision, decide } from '../../protocol/policy/decide.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { Rules } from '../../protocol/policy/rules.ts'
import { failure, many, type Objection, type Progress, type Proof, type Subject } from './proof.ts'
import { brokenClause, type Reading, readingOf } from './specification.ts'
import { blockOf } from './states.ts'

/** The kernel, or what is to be shown to differ from it. */
export type Decide = (question: Question, rules: Rules, at: Seconds) => Decision

const enough = 5
const everyStates = 10_000

export function decisionsProof(subject: Subject, progress: Progress, deciding: Decide = decide): Proof {
  const blocks = subject.moments.flatMap((at) =>
    subject.document.agreements.map((agreement) => ({ at, ...blockOf(agreement, subject, at) })),
  )
  const size = blocks.reduce((sum, block) => sum + block.size, 0)
  const readings = new Map(subject.moments.map((at) => [at, readingOf(subject.document, at)]))
  const objections: Objection[] = []
  let [done, permitted] = [0, 0]
  for (const { at, questions } of blocks) {
    const reading = readings.get(at) ?? readingOf(subject.document, at)
    for (const question of questions()) {
      const decision = deciding(question, subject.rules, at)
      if (decision.allow) permitted++
      if (objections.length < enough)
        objections.push(...differing(question, decision, subject.rules, reading))
      if (++done % everyStates === 0) progress(done, size)
    }
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
