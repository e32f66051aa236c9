/** Answers for reports: one check fails, those before it passed, those after it are not reached. */
import { expect, test } from 'vitest'
import { Rejected } from '../../protocol/errors.ts'
import { report } from '../../protocol/report.ts'

const checks = ['one', 'two', 'three'] as const

test('all pass', () => {
  const results = report(checks, (trace) => checks.forEach(trace))
  expect(results).toEqual(checks.map((check) => ({ check, outcome: 'pass' })))
})

test.each([0, 1, 2])('check %i fails', (failing) => {
  const results = report(checks, (trace) => {
    checks.slice(0, failing + 1).forEach(trace)
    throw new Rejected('expired', 'why')
  })
  expect(results).toEqual(
    checks.map((check, i) => {
      if (i === failing) return { check, outcome: 'fail', code: 'expired', detail: 'why' }
      return { check, outcome: i < failing ? 'pass' : 'not-reached' }
    }),
  )
})

test('what ends early leaves the rest not reached, and none failed', () => {
  const results = report(checks, (trace) => trace('one'))
  expect(results.map(({ outcome }) => outcome)).toEqual(['pass', 'not-reached', 'not-reached'])
})

test('a refusal before the first check, and an error of our own, are not swallowed', () => {
  const throwing = (error: Error) => () =>
    report(checks, () => {
      throw error
    })
  expect(throwing(new Rejected('bad-note'))).toThrow('bad-note')
  expect(throwing(new TypeError('ours'))).toThrow(TypeError)
})
