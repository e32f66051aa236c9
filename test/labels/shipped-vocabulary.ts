/** Answers for the words that come with the program, for tests of reading and writing labels. */
import { type Vocabulary, vocabularyFrom } from '../../protocol/labels/vocabulary.ts'
import type { Seconds } from '../../protocol/names.ts'
import { type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import { shippedGroups, shippedSchemes } from '../../protocol/policy/shipped.ts'

function shippedRules(): Rules {
  return rulesFrom({ parties: [], groups: shippedGroups(), schemes: shippedSchemes(), agreements: [] })
}

export function shippedVocabulary(): Vocabulary {
  return vocabularyFrom(shippedRules())
}

export function day(date: string): Seconds {
  return Date.parse(`${date}T00:00:00Z`) / 1000
}
