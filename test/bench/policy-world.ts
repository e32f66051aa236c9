/**
 * Answers for what decisions are measured on: parties, so many agreements between pairs of them, and questions of which some
 * are permitted and the others fail in one place each. All in it can be said to any engine of rules.
 */
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Level, levels } from '../../protocol/policy/level.ts'
import type { RuleSources } from '../../protocol/policy/rules.ts'
import type { Marking } from '../../protocol/policy/scheme.ts'

export const day = 86_400
export const now = Date.UTC(2026, 0, 15) / 1000
const partyCount = 150

export interface PolicyWorld {
  readonly sources: RuleSources
  readonly questions: readonly Question[]
}

/** What an engine has to know of a question: the level stands for the label, which no other engine reads. */
export interface Plain {
  readonly from: string
  readonly to: string
  readonly agreement: string
  readonly purpose: string
  readonly category: string
  readonly level: number
}

export function plain({ from, to, agreement, purpose, category, label }: Question): Plain {
  return { from, to, agreement, purpose, category, level: names.indexOf(label.marking) }
}

const names = ['OPEN', 'RESTRICTED', 'CONFIDENTIAL', 'SECRET', 'TOP SECRET']
const parties = Array.from({ length: partyCount }, (_, i) => ({
  id: `P${i}`,
  accreditation: i % 5,
  compartments: [],
}))

/** Agreements of one category and one purpose, each between two parties, both ways. Of every ten one has ended. */
export function policyWorld(count: number): PolicyWorld {
  const agreements = pairs(count).map(([first, second], i) => agreementOf(i, first, second))
  const markings = names.map((name, i) => markingOf(name, levels[i] ?? 4))
  const schemes = [{ issuer: 'UNION', markings, caveats: [] }]
  return { sources: { parties, groups: [], schemes, agreements }, questions: questionsOn(agreements) }
}

function pairs(count: number): readonly (readonly [string, string])[] {
  const all = parties.flatMap(({ id: one }, i) => parties.slice(i + 1).map(({ id }) => [one, id] as const))
  const step = Math.floor(all.length / count)
  return all.filter((_, i) => i % step === 0).slice(0, count)
}

function agreementOf(i: number, first: string, second: string): Agreement {
  return {
    id: `AGREEMENT-${i}`,
    title: `Agreement ${i}`,
    first: [first],
    second: [second],
    direction: 'both',
    ceilings: new Map([['clearance', levels[3 + (i % 2)] ?? 4]]),
    purposes: [i % 2 === 0 ? 'vetting' : 'visit'],
    from: now - 1000 * day,
    until: i % 10 === 9 ? now - day : now + 1000 * day,
    timeline: [{ at: now - 1000 * day, state: 'in-force' }],
    table: [],
    articles: [],
  }
}

function markingOf(name: string, level: Level): Marking {
  return {
    forms: [name],
    low: level,
    high: level,
    abbreviations: [],
    classification: true,
    verified: true,
    verification: 'primary',
    source: ['BENCH'],
  }
}

/** Half of them may pass as far as the agreement goes; the rest ask for another purpose, direction, level or agreement. */
function questionsOn(agreements: readonly Agreement[]): readonly Question[] {
  return Array.from({ length: 512 }, (_, i) => {
    const agreement = agreements[(i * 7919) % agreements.length]
    const [[from = ''] = [], [to = ''] = []] = [agreement?.first, agreement?.second]
    const usual = {
      agreement: agreement?.id ?? '',
      purpose: agreement?.purposes[0] ?? '',
      category: 'clearance',
    }
    const asked = { ...usual, from, to, level: i % 4, ...variants[i % variants.length] }
    return questionOf(i % 3 === 0 ? { ...asked, from: asked.to, to: asked.from } : asked)
  })
}

const variants: readonly Partial<Plain>[] = [
  ...[{}, { level: 0 }, { level: 1 }, { level: 0 }, { level: 2 }, {}],
  ...[{ purpose: 'curiosity' }, { category: 'visit' }, { level: 4 }, { agreement: 'NONE' }, { from: 'P149' }],
]

function questionOf({ level, to, ...rest }: Plain): Question {
  const marking = names[level] ?? ''
  const label = {
    policy: 'UNION',
    marking,
    at: now - day,
    compartments: [],
    releasability: [to],
    caveats: [],
  }
  return { ...rest, to, label }
}
