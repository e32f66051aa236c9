/** Answers for `pouch policy explain`: why a transfer is permitted or refused, and what would have to change. */
import { Command } from 'commander'
import { printLabel } from '../../protocol/label.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { QuestionToAll } from '../../protocol/policy/decide.ts'
import { explain, groundInWords } from '../../protocol/policy/explain.ts'
import type { Ground } from '../../protocol/policy/ground.ts'
import type { Rules } from '../../protocol/policy/rules.ts'
import { type Explanation, explanationOf, type Reception } from '../policy/explanation.ts'
import { rulesOf } from '../policy/registry-rules.ts'
import { type Answer, acting, answer, toDate } from './answer.ts'
import { type QuestionOptions, questionFrom, questionOptions } from './policy-question.ts'
import { policySource, registryArgument } from './policy-source.ts'
import { asSuspended, type SuspensionOptions, suspensionOption } from './policy-suspensions.ts'
import { timeOf } from './trust.ts'

export function explainCommand(): Command {
  return suspensionOption(questionOptions(new Command('explain').argument(...registryArgument)))
    .summary('say why a transfer is permitted or refused')
    .description(
      'Say whether a transfer is permitted, on every ground on which it is not what would have to change, and how the ' +
        'receiver must protect it. Suspensions that a party declared since the registry are seen with --suspensions alone. ' +
        'Exit code 1 for a refusal.',
    )
    .addHelpText(
      'after',
      `
Examples:
  pouch policy explain registry.cose --from EST --to NLD --label 'NATO SECRET//REL TO NLD' --purpose visit
  pouch policy explain --envelope envelope.cose --suspensions --data est`,
    )
    .action(
      acting<QuestionOptions & SuspensionOptions>((options, [file]) => {
        const source = policySource(file, options)
        const at = timeOf(options.at)
        return asSuspended(options, rulesOf(source.document), (rules) => {
          const question = questionFrom(options, rules, at)
          return explained(question, explanationOf(question, rules, at), { rules, at, registry: source.name })
        })
      }),
    )
}

interface Setting {
  readonly rules: Rules
  readonly at: Seconds
  readonly registry: string
}

function explained(question: QuestionToAll, explanation: Explanation, setting: Setting): Answer {
  const { decision, receivers } = explanation
  const lines = [
    ...questionLines(question, setting),
    ...explain(decision),
    ...receivers.map((reception) => receptionLine(reception, receivers.length > 1)),
    ...otherWays(explanation),
    ...uncounted(question, setting.rules),
  ]
  return answer(lines.join('\n'), forPrograms(question, explanation, setting), decision.allow)
}

function questionLines(question: QuestionToAll, { at, registry }: Setting): readonly string[] {
  const { from, to, label, category, purpose, agreement, needToKnow, legalBasis, reader } = question
  const { originator, retainUntil } = label
  const stated = [
    originator === undefined ? '' : `originator ${originator}`,
    retainUntil === undefined ? '' : `retained until ${toDate(retainUntil)}`,
    needToKnow === undefined ? '' : `need-to-know ${needToKnow}`,
    legalBasis === undefined ? '' : `legal basis ${legalBasis}`,
    reader === undefined
      ? ''
      : `reader cleared to ${reader.clearance}, a national of ${reader.nationalities.join(', ')}`,
  ].filter(Boolean)
  return [
    `question  ${from} to ${to.join(', ')}: ${category} for ${purpose}, under ${agreement}, at ${toDate(at)}`,
    `label     ${printLabel(label)}, marked ${toDate(label.at)}`,
    ...(stated.length === 0 ? [] : [`stated    ${stated.join('; ')}`]),
    `registry  ${registry}`,
    '',
  ]
}

function receptionLine(
  { party, decision, protectAs, measures, article }: Reception,
  isOneOfMany: boolean,
): string {
  const verdict = isOneOfMany ? `${decision.allow ? 'permitted' : 'refused'}; ` : ''
  const where = article === undefined ? '' : ` (${article})`
  const how =
    protectAs === undefined
      ? 'it has no marking of its own for this'
      : `it protects this as ${protectAs}${where}`
  return `  at ${party}: ${verdict}${[how, ...measures].join('; ')}`
}

function otherWays({ otherAgreements, otherMarkings }: Explanation): readonly string[] {
  return [
    ...(otherAgreements.length === 0
      ? []
      : [`  permitted by another agreement: ${otherAgreements.join(', ')}`]),
    ...(otherMarkings.length === 0
      ? []
      : [`  permitted, with all else as it is, when marked: ${otherMarkings.join(', ')}`]),
  ]
}

/** A refusal may come of nothing but a number that nobody told. */
function uncounted(
  { agreement, category, countedFor }: QuestionToAll,
  { agreements }: Rules,
): readonly string[] {
  const limits = agreements.get(agreement)?.aggregation?.filter((limit) => limit.category === category) ?? []
  if (limits.length === 0 || countedFor !== undefined) return []
  return [`  ${agreement} counts transfers, and no number was told: that counts as too many (--counted)`]
}

function forPrograms(question: QuestionToAll, explanation: Explanation, { at, registry }: Setting): object {
  const { decision, receivers, otherAgreements, otherMarkings } = explanation
  const { countedFor, ...asked } = question
  return {
    registry,
    at: toDate(at),
    question: { ...asked, ...(countedFor && { counted: countedFor }), label: printLabel(question.label) },
    allow: decision.allow,
    level: decision.level,
    grounds: decision.grounds.map(groundForPrograms),
    receivers: receivers.map(({ decision: own, ...rest }) => ({ ...rest, allow: own.allow })),
    otherAgreements,
    otherMarkings,
  }
}

function groundForPrograms(ground: Ground): object {
  const { code, party, subject, agreement, article } = ground
  return { code, party, subject, agreement, article, ...groundInWords(ground) }
}
