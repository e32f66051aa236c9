/** Answers for disclosed entries: the frozen files on both back ends, and what they show. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { CborValue } from '../../protocol/cbor.ts'
import { disclosedFacts } from '../../protocol/ledger/disclosed-facts.ts'
import type { FieldName } from '../../protocol/ledger/record.ts'
import { backEnds, over } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { counted, readJson } from '../support/vectors.ts'

const text = z.string()
const bytes = text.transform(hex)
const row = { name: text, disclosure: bytes }
const vectorFile = z.object({
  ledger: z.object({ origin: text, ed25519: bytes, mlDsa44: bytes }),
  accept: z.array(z.object({ ...row, entries: z.record(text, z.record(text, z.unknown())) })),
  refuse: z.array(z.object({ ...row, code: text })),
})
const vectors = vectorFile.parse(readJson(path.resolve(import.meta.dirname, '../vectors/disclosure.json')))
const code = (name: string): unknown => expect.objectContaining({ code: name })

describe.each(backEnds)('frozen vectors on $backEnd', (suite) => {
  test('are accepted as they say, and refused with their codes', async () => {
    const bound = await over(suite, async () => ({
      ...(await import('../../protocol/key.ts')),
      ...(await import('../../protocol/ledger/disclosed-entries.ts')),
    }))
    const { origin, ed25519, mlDsa44 } = vectors.ledger
    const keys = {
      origin,
      ed25519: bound.verificationKey('ed25519', ed25519),
      mlDsa44: bound.verificationKey('ml-dsa-44', mlDsa44),
    }
    for (const { disclosure, entries } of counted(
      `disclosure.json, to accept (${suite.backEnd})`,
      vectors.accept,
    )) {
      const shown = bound.verifyDisclosedEntries(disclosure, keys).entries
      const found = shown.map(({ index, fields }) => [String(index), Object.fromEntries(fields)])
      expect(Object.fromEntries(found)).toMatchObject(entries)
      expect(bound.disclosureOrigin(disclosure)).toBe(origin)
    }
    for (const { name, code: expected, disclosure } of counted(
      `disclosure.json, to refuse (${suite.backEnd})`,
      vectors.refuse,
    )) {
      expect(() => bound.verifyDisclosedEntries(disclosure, keys), name).toThrow(code(expected))
    }
  })
})

test('fields are told in words: texts and numbers as they are, what is not there by its absence', () => {
  const fields = new Map<FieldName, CborValue>([
    ['at', 1_760_000_000],
    ['event', 'genesis'],
    ['digest', new Uint8Array([1, 2])],
    ['to', ['NLD']],
    ['transfer', null],
  ])
  expect(disclosedFacts([{ index: 7, fields }])).toEqual({
    'entry 7 at': 1_760_000_000,
    'entry 7 event': 'genesis',
    'entry 7 digest': '0102',
    'entry 7 to': '["NLD"]',
    'entry 7 transfer': 'not in the record',
  })
})
