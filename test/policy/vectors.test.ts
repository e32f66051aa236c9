/** The project's own vectors of labels and decisions, frozen: what they say today they must always say. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../protocol/bytes.ts'
import { type Codec, decodeAs, encodeAs } from '../../protocol/codec.ts'
import type { Code } from '../../protocol/errors.ts'
import { type Label, label, parseLabel, printLabel } from '../../protocol/label.ts'
import { type Agreement, agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { type Decision, decide, decideAll, type QuestionToAll } from '../../protocol/policy/decide.ts'
import { group } from '../../protocol/policy/group.ts'
import type { Level } from '../../protocol/policy/level.ts'
import { type RuleSources, rulesFrom } from '../../protocol/policy/rules.ts'
import { scheme } from '../../protocol/policy/scheme.ts'
import { counted, readJson } from '../support/vectors.ts'

const folder = path.resolve(import.meta.dirname, '../vectors')

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (bytes === undefined) throw new Error('a vector is not hexadecimal')
  return bytes
}

interface LabelVectors {
  readonly accept: readonly { readonly line: string; readonly label: Label; readonly cbor: string }[]
  readonly refuse: readonly { readonly name: string; readonly code: Code; readonly cbor: string }[]
}

describe('labels', () => {
  const { accept, refuse } = readJson(path.join(folder, 'label.json')) as LabelVectors

  test.each(counted('label.json, accepted', accept))('$line', ({ line, label: expected, cbor }) => {
    const read = decodeAs(label, bytesOf(cbor))
    expect(read).toEqual(expected)
    expect(toHex(encodeAs(label, read))).toBe(cbor)
    expect(printLabel(read)).toBe(line)
    expect(parseLabel(line, read.at)).toMatchObject({
      marking: read.marking,
      releasability: read.releasability,
    })
  })

  test.each(counted('label.json, refused', refuse))('$name is refused as $code', ({ cbor, code }) => {
    expect(() => decodeAs(label, bytesOf(cbor))).toThrow(expect.objectContaining({ code }) as Error)
  })
})

interface Asked<Q> {
  readonly name: string
  readonly question: Q
  readonly at: number
  readonly decision: Decision
}

interface DecisionVectors {
  readonly rules: Omit<RuleSources, 'agreements'> & {
    readonly agreements: readonly (Omit<Agreement, 'ceilings'> & {
      readonly ceilings: Readonly<Record<string, Level>>
    })[]
  }
  readonly cbor: Readonly<Record<'schemes' | 'groups' | 'agreements', readonly string[]>>
  readonly cases: readonly Asked<Question>[]
  readonly toSeveral: readonly Asked<QuestionToAll>[]
}

/** What a ground required and found is told to people, in words that may be bettered. */
function normative({ grounds, ...decision }: Decision): Decision {
  const codes = grounds.map(({ code, party, subject, agreement, article }) => ({
    code,
    party,
    subject,
    ...(agreement !== undefined && { agreement }),
    ...(article !== undefined && { article }),
  }))
  return { ...decision, grounds: codes }
}

describe('decisions', () => {
  const vectors = readJson(path.join(folder, 'decision.json')) as DecisionVectors
  const agreements = vectors.rules.agreements.map(({ ceilings, ...terms }) => ({
    ...terms,
    ceilings: new Map(Object.entries(ceilings)),
  }))
  const sources = { ...vectors.rules, agreements }
  const rules = rulesFrom(sources)

  test('the rules are encoded as given', () => {
    const checked = <T>(codec: Codec<T>, given: readonly T[], cbor: readonly string[]) => {
      expect(given.map((each) => toHex(encodeAs(codec, each)))).toEqual(cbor)
      expect(cbor.map((each) => decodeAs(codec, bytesOf(each)))).toEqual(given)
    }
    checked(scheme, sources.schemes, vectors.cbor.schemes)
    checked(group, sources.groups, vectors.cbor.groups)
    checked(agreement, agreements, vectors.cbor.agreements)
  })

  test.each(counted('decision.json', vectors.cases))('$name', ({ question, at, decision }) => {
    expect(normative(decide(question, rules, at))).toEqual(normative(decision))
  })

  test.each(counted('decision.json, to several', vectors.toSeveral))('to $name', ({
    question,
    at,
    decision,
  }) => {
    expect(normative(decideAll(question, rules, at))).toEqual(normative(decision))
  })
})
