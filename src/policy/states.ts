/** Answers for the finite lattice of a registry: every question that can be asked of it in its own terms, and some in none of them. */
import type { Seconds } from '../../protocol/names.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { Subject } from './proof.ts'
import { type Pair, pairsOf } from './registry-rules.ts'
import { labelsBetween } from './state-labels.ts'
import { retained, statedFor } from './stated.ts'

/** All that is asked of one agreement on one day. */
export interface Block {
  readonly size: number
  readonly questions: () => Generator<Question>
}

/**
 * For two that the agreement is between, the whole product: labels × categories × purposes × stated or not. For two that it
 * is not between, one question each way.
 */
export function blockOf(agreement: Agreement, subject: Subject, at: Seconds): Block {
  const { agreements, parties } = subject.document
  const pairs = pairsOf(subject.rules, agreement, at)
  const aims = aimsOf(agreements, [unheardOf])
  const labels = pairs.reduce((count, pair) => count + labelsBetween(pair, agreement, subject, at).length, 0)
  return {
    size: labels * aims.length * 2 + parties.length * (parties.length - 1) - pairs.length,
    questions: function* () {
      for (const pair of pairs) yield* asked(pair, aims, agreement, subject, at)
      yield* askedOfOthers(new Set(pairs.map((pair) => pair.join(' '))), agreement, subject, at)
    },
  }
}

type Aim = Pick<Question, 'category' | 'purpose'>

/** What no registry has. */
const unheardOf = 'unheard-of'

/** Every category with every purpose. */
export function aimsOf(agreements: readonly Agreement[], beside: readonly string[] = []): readonly Aim[] {
  const categories = new Set([...agreements.flatMap(({ ceilings }) => [...ceilings.keys()]), ...beside])
  const purposes = new Set([...agreements.flatMap((agreement) => agreement.purposes), ...beside])
  return [...categories].flatMap((category) => [...purposes].map((purpose) => ({ category, purpose })))
}

function* asked(
  [from, to]: Pair,
  aims: readonly Aim[],
  agreement: Agreement,
  subject: Subject,
  at: Seconds,
): Generator<Question> {
  const stated = statedFor(agreement, subject.rules, at)
  for (const label of labelsBetween([from, to], agreement, subject, at)) {
    const kept = retained(label, agreement, at)
    for (const { category, purpose } of aims) {
      const between = { from, to, agreement: agreement.id, category, purpose }
      yield { ...between, label }
      yield { ...between, label: kept, ...stated }
    }
  }
}

/** With all else as it should be, so that nothing but the agreement stands against it. */
function* askedOfOthers(
  covered: ReadonlySet<string>,
  agreement: Agreement,
  subject: Subject,
  at: Seconds,
): Generator<Question> {
  const stated = statedFor(agreement, subject.rules, at)
  const [purpose = unheardOf] = agreement.purposes
  const [category = unheardOf] = agreement.ceilings.keys()
  const [label] = labelsBetween(['', ''], agreement, subject, at)
  if (label === undefined) return
  const kept = retained(label, agreement, at)
  for (const { id: from } of subject.document.parties)
    for (const { id: to } of subject.document.parties)
      if (from !== to && !covered.has(`${from} ${to}`))
        yield { from, to, label: kept, agreement: agreement.id, category, purpose, ...stated }
}
