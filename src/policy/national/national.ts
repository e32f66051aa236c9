/**
 * Answers for national modules in decisions: Cedar policies by which a party forbids more than the rules of all do. A module
 * narrows; one that is not admitted, and one that cannot tell, denies (national.md).
 */
import { suite } from '#suite'
import { toHex, utf8 } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { PartyId } from '../../../protocol/names.ts'
import { none } from '../../../protocol/policy/finding.ts'
import type { Asked, Evaluator, Restriction, RuleSources, Verdict } from '../../../protocol/policy/rules.ts'
import { type NationalRule, rulesIn } from './national-admission.ts'
import { ask } from './national-cedar.ts'
import { type Askable, requestOf } from './national-request.ts'
import { closedSchema, openSchema, type Vocabulary, vocabularyOf } from './national-schema.ts'

/** For `rulesFrom` and `directoryOf`. Loads Cedar when the sources list a module, and not before. */
export const nationalEvaluator: Evaluator = ({ party, policies }, sources) => {
  const { vocabulary, schema } = languageOf(sources)
  try {
    return restriction(party, rulesIn(policies, schema), vocabulary)
  } catch (error) {
    const why = `its module is not admitted: ${detailOf(error)}`
    return () => failed(why)
  }
}

interface Language {
  readonly vocabulary: Vocabulary
  readonly schema: string
}

/** One for all modules of a registry version. */
const languages = new WeakMap<RuleSources, Language>()

function languageOf(sources: RuleSources): Language {
  const made = languages.get(sources)
  if (made !== undefined) return made
  const vocabulary = vocabularyOf(sources)
  const language = { vocabulary, schema: closedSchema(vocabulary) }
  languages.set(sources, language)
  return language
}

function restriction(party: PartyId, rules: readonly NationalRule[], vocabulary: Vocabulary): Restriction {
  const set = Object.fromEntries(rules.map(({ id, text }) => [id, text]))
  const policies = { name: toHex(suite.sha256(utf8(JSON.stringify(set)))), set }
  const advice = new Map(rules.map((rule) => [rule.id, rule.advice]))
  return (asked) => {
    if (!isAskable(asked)) return failed('it cannot be asked of a marking that is unknown')
    try {
      const { forbidding, errors } = ask(openSchema, policies, requestOf(asked, vocabulary))
      return {
        forbidden: forbidding.map((id) => ({ subject: `${party}: ${id}`, found: advice.get(id) })),
        // Cedar passes over a policy that fails and answers by the others; here it denies.
        ...(errors !== '' && { failed: `it failed: ${errors}` }),
      }
    } catch (error) {
      return failed(`it cannot be asked: ${detailOf(error)}`)
    }
  }
}

function isAskable(asked: Asked): asked is Askable {
  return asked.marking !== undefined && asked.level !== undefined
}

function detailOf(error: unknown): string {
  if (error instanceof Rejected) return error.detail
  throw error
}

function failed(why: string): Verdict {
  return { forbidden: none, failed: why }
}
