/** The matrix says exactly what decisions say, in a terminal, in a drawing and to programs. */
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import { levels } from '../../protocol/policy/level.ts'
import type { Scheme } from '../../protocol/policy/scheme.ts'
import { cellsBySender, matrixOf } from '../../src/policy/matrix/matrix.ts'
import { matrixSvg } from '../../src/policy/matrix/matrix-svg.ts'
import { matrixLines } from '../../src/policy/matrix/matrix-text.ts'
import { rulesOf } from '../../src/policy/registry-rules.ts'
import { retained, statedFor } from '../../src/policy/stated.ts'
import { day, now, union } from './union.ts'

/** A marking for each level, of an issuer that no table speaks of. */
const plain: Scheme = {
  issuer: 'PLAIN',
  markings: levels.map((level) => ({
    ...{ forms: [`P${level}`], low: level, high: level, abbreviations: [], classification: true },
    ...{ verified: false, verification: 'recall' as const, source: [] },
  })),
  caveats: [],
}
const rules = rulesOf({ ...union, schemes: [...union.schemes, plain] })
const plainScreen = { isColoured: false, columns: Infinity }

test.each([
  ['today', now, undefined],
  ['when another agreement has come into force', now + 11 * day, undefined],
  ['when the Netherlands have left', now + 21 * day, 'visit'],
])('%s, each cell is the highest level that some decision permits', (_, at, purpose) => {
  const asked = { category: 'clearance', at, ...(purpose !== undefined && { purpose }) }
  const matrix = matrixOf(rules, asked)
  const cells = cellsBySender(matrix)
  let compared = 0
  for (const from of matrix.parties)
    for (const to of matrix.parties) {
      if (from === to) continue
      const permitted = union.agreements.flatMap((agreement) =>
        levels.filter((level) => {
          const label = { policy: 'PLAIN', marking: `P${level}`, at, compartments: [], caveats: [] }
          const kept = retained({ ...label, releasability: 'unrestricted' }, agreement, at)
          const { id, purposes } = agreement
          const question = { from, to, label: kept, agreement: id, purpose: purpose ?? purposes[0] ?? '' }
          return decide({ ...question, category: 'clearance', ...statedFor(agreement, rules, at) }, rules, at)
            .allow
        }),
      )
      expect([from, to, cells.get(from)?.get(to)?.level]).toEqual([from, to, permitted.sort().at(-1)])
      compared++
    }
  expect(compared).toBe(12)
})

test('as a table, in which what is asked for beside the label is marked', () => {
  expect(matrixLines(matrixOf(rules, { category: 'clearance', at: now }), plainScreen)).toEqual([
    '      C E F N',
    '      H S I L',
    'from  E T N D',
    'CHE   - 3*. .',
    'EST   3*- 2 3',
    'FIN   2 4 - 3',
    'NLD   . 4 2 -',
  ])
})

describe('many parties', () => {
  const names = Array.from({ length: 60 }, (_, i) => `P${String(i).padStart(2, '0')}`)
  const [first] = union.parties
  const many = rulesOf({
    ...union,
    parties: names.map((id) => ({ ...(first ?? expect.fail()), id })),
    groups: [{ id: 'NATO', members: names.map((party) => ({ party })) }],
  })
  const matrix = matrixOf(many, { category: 'clearance', at: now })

  test('a narrow terminal gets the table in parts, none wider than it is', () => {
    const lines = matrixLines(matrix, { isColoured: false, columns: 80 })
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines.filter((line) => line.startsWith('P59'))).toHaveLength(2)
    const digits = lines.flatMap((line) => [...line.replace(/^P\d\d/, '').matchAll(/4/g)])
    expect(digits.length).toBeGreaterThanOrEqual(60 * 59)
  })

  test('colours are added to the digits, and replace none', () => {
    const coloured = matrixLines(matrix, { isColoured: true, columns: Infinity })
    const bare = coloured.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, '').trimEnd())
    expect(coloured).not.toEqual(bare)
    expect(bare).toEqual(matrixLines(matrix, plainScreen))
  })
})

test('the drawing is well-formed, and says in words what it shows', () => {
  const texts: string[] = []
  const titles: string[] = []
  let inside = ''
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => void (inside = name))
  parser.on('text', (text) => void (inside === 'title' ? titles : texts).push(text.trim()))
  const matrix = matrixOf(rules, { category: 'clearance', at: now })
  parser.write(matrixSvg(matrix, 'Who may send <clearance> & more', 'registry.cose')).close()
  expect(titles).toContain('Who may send <clearance> & more')
  expect(titles).toContain('FIN to EST: up to level 4 (top secret), by NATO-INFO')
  expect(titles).toContain('FIN to CHE: up to level 2 (confidential), by FIN-CHE')
  expect(titles).toContain('CHE to NLD: nothing')
  expect(texts).toEqual(expect.arrayContaining(['3*', '·', 'up to level 4 (top secret)', 'CHE']))
  const description =
    'registry.cose. 4 parties. Rows send, columns receive. 9 of 12 directions are open; each cell says up to which level.'
  expect(texts).toContain(description)
})
