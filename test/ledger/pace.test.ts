/** What a caller is told when too much is under way follows from how fast the ledger is just then. */
import { describe, expect, test } from 'vitest'
import { createPace } from '../../src/ledger/pace.ts'

describe('pace', () => {
  test('tells to come back when what is under way will be done at the measured rate', () => {
    const clock = { now: 0 }
    const pace = createPace(() => clock.now)
    pace.woke()
    for (let i = 0; i < 100; i++) {
      clock.now += 100
      pace.answered(20, 5)
    }
    expect(pace.retryAfterSeconds(100)).toBe(1)
    expect(pace.retryAfterSeconds(990)).toBe(5)
    expect(pace.retryAfterSeconds(100_000)).toBe(60)
  })

  test('tells to wait longer the longer nothing is answered, and forgets it when there was nothing to do', () => {
    const clock = { now: 0 }
    const pace = createPace(() => clock.now)
    pace.woke()
    expect(pace.retryAfterSeconds(10)).toBe(1)
    clock.now = 20_000
    expect(pace.retryAfterSeconds(10)).toBe(20)
    clock.now = 3_600_000
    pace.woke()
    pace.answered(10, 5)
    clock.now += 5
    expect(pace.retryAfterSeconds(10)).toBe(1)
  })

  test('halves what is under way when answering takes as long as committing, and not when the disk is slow', () => {
    const pace = createPace(() => 0)
    for (let i = 0; i < 50; i++) {
      pace.committed(2)
      pace.answered(64, 3)
    }
    expect(pace.batchLimit(64)).toBe(32)
    for (let i = 0; i < 50; i++) pace.committed(20)
    expect(pace.batchLimit(64)).toBe(64)
  })
})
