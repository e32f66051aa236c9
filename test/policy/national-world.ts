/** Answers for modules in the small world of world.ts: rules of one condition, and decisions by them. */
import { type Decision, decide } from '../../protocol/policy/decide.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Module, rulesFrom, type RuleSources } from '../../protocol/policy/rules.ts'
import { closedSchema, vocabularyOf } from '../../src/policy/national/national-schema.ts'
import { nationalEvaluator } from '../../src/policy/national/national.ts'
import { now, question, sources } from './world.ts'

export const schema = closedSchema(vocabularyOf(sources))

export function rule(condition: string, id = 'one'): string {
  return `@id("${id}") @advice("Do not")\nforbid (principal, action, resource) when { ${condition} };\n`
}

export function moduleOf(party: string, ...conditions: readonly string[]): Module {
  return { party, policies: conditions.map((condition, i) => rule(condition, `rule-${i + 1}`)).join('\n') }
}

export function decideWith(
  modules: readonly Module[],
  asked: Partial<Question> = {},
  world: RuleSources = sources,
): Decision {
  return decide({ ...question, ...asked }, rulesFrom({ ...world, modules }, nationalEvaluator), now)
}

export function told({ grounds }: Decision): readonly string[] {
  return grounds.map(({ code, subject }) => `${code} ${subject}`)
}
