/** Answers for a decision in words: for each ground what was required, what was found, and what would have to change. */
import type { Decision } from './decide.ts'
import { type Ground, wordingOf } from './ground.ts'
import { levelNames } from './level.ts'

export function explain({ allow, level, grounds }: Decision): readonly string[] {
  const worth = level === null ? 'level unknown' : `level ${levelNames[level]}`
  if (allow) return [`permitted, ${worth}: every condition holds`]
  const count = grounds.length === 1 ? 'one ground' : `${grounds.length} grounds`
  return [`refused, ${worth}, on ${count}:`, ...grounds.flatMap(explainGround)]
}

function explainGround(ground: Ground): readonly string[] {
  const { required, found, change } = groundInWords(ground)
  return [
    `  ${ground.code}, for ${ground.party}${place(ground)}`,
    `    required  ${required}`,
    `    found     ${found}`,
    `    change    ${change}`,
  ]
}

/** What had to hold, what was there instead, and what would have to change. */
export function groundInWords(ground: Ground): Record<'required' | 'found' | 'change', string> {
  const { required, found, change } = wordingOf(ground.code)
  return { required: fill(required, ground), found: fill(found, ground), change: fill(change, ground) }
}

function place({ agreement, article }: Ground): string {
  if (agreement === undefined) return ''
  return article === undefined ? `, by ${agreement}` : `, by ${agreement} ${article}`
}

function fill(template: string, ground: Ground): string {
  const members: Readonly<Record<string, string | undefined>> = ground
  return template.replace(/\{(\w+)\}/g, (_, name: string) => members[name] ?? '')
}
