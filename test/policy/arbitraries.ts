/** Answers for random labels and questions in the small world of world.ts, most of them nearly permitted. */
import fc from 'fast-check'
import type { Label } from '../../protocol/label.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import { compareNames } from '../../protocol/names.ts'
import { day, now } from './world.ts'

function subset(...names: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.subarray([...names]).map((chosen) => chosen.sort(compareNames))
}

function often<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

const marked = fc.constantFrom(
  ...(['ALLY SECRET', 'ALLY CONFIDENTIAL', 'ALLY PROTECTED', 'ALLY STAMP', 'NONE'] as const).map(
    (marking) => ({ policy: 'ALLY', marking }) as const,
  ),
  { policy: 'GAMMA', marking: 'TAJNO' },
  { policy: 'GAMMA', marking: 'STROGO TAJNO' },
  { policy: 'NEMO', marking: 'ALLY SECRET' },
)

export const labels: fc.Arbitrary<Label> = fc
  .record({
    marked,
    at: often(now - day, now - 301 * day, now, now + day),
    compartments: often<readonly string[]>([], ['ATOMAL'], ['ATOMAL', 'OTHER']),
    releasability: fc.oneof(
      fc.constant('unrestricted' as const),
      subset('ALLY', 'ALPHA', 'BETA', 'DELTA', 'OMEGA'),
    ),
    caveats: often<readonly string[]>(
      [],
      ['HANDLE BY HAND'],
      ['BETA EYES'],
      ['VETTING ONLY'],
      ['BETA EYES', 'UNKNOWN'],
    ),
    retainUntil: often<number | undefined>(undefined, now - 1, now + day),
  })
  .map(({ marked: { policy, marking }, retainUntil, ...rest }) => ({
    policy,
    marking,
    ...rest,
    ...(retainUntil !== undefined && { retainUntil }),
  }))

export const questions: fc.Arbitrary<Question> = fc.record({
  from: often('ALPHA', 'BETA', 'DELTA', 'OMEGA'),
  to: often('BETA', 'ALPHA', 'DELTA', 'OMEGA'),
  label: labels,
  purpose: often('confirmation', 'vetting', 'curiosity'),
  agreement: often('ALPHA-BETA', 'ALPHA-GAMMA'),
  category: often('clearance', 'visit', 'courier'),
})
