/** Which checkpoint a witness is asked for next, and which cosignatures are of no more use. */
import { describe, expect, test } from 'vitest'
import type { Cosigned } from '../../src/ledger/witnessing/cosignatures-table.ts'
import { sizesWith } from '../../src/ledger/witnessing/standing.ts'
import { isDue, nextSize, sizesToForget, type Turn } from '../../src/ledger/witnessing/turn.ts'

const now = 1_790_000_000

/** `A:3,5 B:5` */
function cosigned(text: string): readonly Cosigned[] {
  return text
    .split(' ')
    .filter((each) => each !== '')
    .flatMap((each) => {
      const [witness = '', sizes = ''] = each.split(':')
      return sizes.split(',').map((size) => ({ witness, size: Number(size), at: now }))
    })
    .toSorted((a, b) => b.size - a.size)
}

function turnOf(text: string, quorum: number, known = 0, newest = 9): Turn {
  return { witness: 'A', known, newest, cosigned: cosigned(text), quorum }
}

describe('the next checkpoint', () => {
  test.each([
    ['nobody has cosigned', '', 2, 0, 9],
    ['one is enough', 'B:5', 1, 0, 9],
    ['another is ahead', 'B:5', 2, 0, 5],
    ['another is ahead, many times', 'B:4,5,7', 2, 0, 7],
    ['two others met, a third went on', 'B:5,7 C:5', 3, 0, 5],
    ['the quorum was reached there', 'B:5 C:5', 2, 0, 9],
    ['it has cosigned as much itself', 'A:5 B:5', 2, 5, 9],
    ['it is ahead of the others', 'A:7 B:5', 2, 7, 9],
  ])('when %s', (_, text, quorum, known, expected) => {
    expect(nextSize(turnOf(text, quorum, known))).toBe(expected)
  })
})

describe('a question is due', () => {
  test.each([
    ['for a size that it has not cosigned', 'A:5', 5, 9, 0, true],
    ['not for one that it has', 'A:9', 9, 9, 0, false],
    ['again when it was long not heard of', 'A:9', 9, 9, 300, true],
    ['not for less than it says that it has', 'A:9', 12, 9, 0, false],
    ['for lines that were lost', '', 9, 9, 0, true],
  ])('%s', (_, text, known, size, later, expected) => {
    expect(isDue(size, turnOf(text, 1, known), now + later, 300)).toBe(expected)
  })
})

test('sizes are counted by distinct witnesses, the newest first', () => {
  expect(sizesWith(cosigned('A:3,5 B:5,7 C:3'), 2)).toEqual([5, 3])
  expect(sizesWith(cosigned('A:3'), 2)).toEqual([])
})

test('what is forgotten is neither new, nor the newest of a quorum, nor the last of a witness', () => {
  const many = Array.from({ length: 100 }, (_, i) => i + 1).join()
  const all = cosigned(`A:${many} B:10,20 C:10`)
  const forgotten = sizesToForget(all, [0, 0, 0, 2, 3])
  const kept = [...new Set(all.map(({ size }) => size))].filter((size) => !forgotten.includes(size))
  expect(kept).toEqual([...Array.from({ length: 32 }, (_, i) => 100 - i), 20, 10])
})
