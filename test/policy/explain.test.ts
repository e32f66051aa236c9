/** A decision in words: required, found, and what would have to change, for each ground. */
import { expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import { explain } from '../../protocol/policy/explain.ts'
import { grounds, groundCodes, wordingOf } from '../../protocol/policy/ground.ts'
import { agreementsBetween, rulesFrom } from '../../protocol/policy/rules.ts'
import { label, now, question, sources, treaty } from './world.ts'

const rules = rulesFrom(sources)

test('a permission says its level', () => {
  expect(explain(decide(question, rules, now))).toEqual([
    'permitted, level 3 (secret): every condition holds',
  ])
})

test('a refusal says everything', () => {
  const asked = {
    ...question,
    category: 'visit',
    label: { ...label, releasability: ['ALLY'], at: now - 301 * 86_400 },
  }
  expect(explain(decide(asked, rules, now))).toEqual([
    'refused, level 3 (secret), on 2 grounds:',
    '  above-ceiling, for BETA, by ALPHA-BETA art. 5 (2)',
    '    required  at most level 1 for visit',
    '    found     level 3',
    '    change    Send what is marked lower, or have the ceiling of ALPHA-BETA raised.',
    '  not-releasable, for BETA',
    '    required  a receiver among those it is released to',
    '    found     BETA, where it is released to ALLY',
    '    change    Ask the originator to release it to BETA.',
  ])
})

test('every ground has its words, and asks only for members that a ground has', () => {
  const members = new Set(['subject', 'party', 'required', 'found', 'agreement'])
  for (const code of groundCodes) {
    const { required, found, change } = wordingOf(code)
    for (const words of [required, found, change]) expect(words).not.toBe('')
    const asked = [required, found, change].flatMap((words) =>
      [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    )
    expect(asked.filter((name) => name === undefined || !members.has(name))).toEqual([])
  }
  expect(Object.keys(grounds)).toHaveLength(31)
})

test('the agreements between two are found, in both directions and through groups', () => {
  const others = Array.from({ length: 100 }, (_, i) => ({ ...treaty, id: `X-${i}`, first: ['DELTA'] }))
  const allied = { ...treaty, id: 'ALLIES', first: ['ALLY'], second: ['ALLY'] }
  const oneWay = { ...treaty, id: 'ONE-WAY', direction: 'first-to-second' } as const
  const many = rulesFrom({ ...sources, agreements: [...others, treaty, allied, oneWay] })
  const between = (from: string, to: string) => agreementsBetween(many, from, to, now).map(({ id }) => id)
  expect(between('ALPHA', 'BETA')).toEqual(['ALLIES', 'ALPHA-BETA', 'ONE-WAY'])
  expect(between('BETA', 'ALPHA')).toEqual(['ALLIES', 'ALPHA-BETA'])
  expect(between('ALPHA', 'DELTA')).toEqual([])
})
