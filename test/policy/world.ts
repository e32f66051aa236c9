/** Answers for a small world to decide in: three parties, one group, two issuers, one agreement, one permitted transfer. */
import type { Label } from '../../protocol/label.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { Level } from '../../protocol/policy/level.ts'
import type { RuleSources } from '../../protocol/policy/rules.ts'
import type { Marking, Scheme } from '../../protocol/policy/scheme.ts'

export const day = 86_400
export const now = Date.UTC(2026, 0, 15) / 1000

export function marking(
  forms: readonly string[],
  low: Level,
  high: Level,
  dates: Partial<Marking> = {},
): Marking {
  const known = { classification: true, verified: true, verification: 'primary', source: ['TEST'] } as const
  return { forms, low, high, abbreviations: [], ...known, ...dates }
}

export const alliance: Scheme = {
  issuer: 'ALLY',
  markings: [
    marking(['ALLY SECRET', 'ALLY SECRÈTE'], 3, 3),
    marking(['ALLY CONFIDENTIAL'], 2, 2),
    marking(['ALLY PROTECTED'], 1, 2),
    marking(['ALLY STAMP'], 3, 3, { until: now - 100 * day }),
  ],
  caveats: [
    { name: 'HANDLE BY HAND', rule: 'handling', parties: [], purposes: [] },
    { name: 'ORIGINATOR SENDS', rule: 'originator-sends', parties: [], purposes: [] },
    { name: 'BETA EYES', rule: 'only-parties', parties: ['BETA'], purposes: [] },
    { name: 'VETTING ONLY', rule: 'only-purposes', parties: [], purposes: ['vetting'] },
  ],
}

const gamma: Scheme = {
  issuer: 'GAMMA',
  markings: [marking(['TAJNO'], 2, 3), marking(['STROGO TAJNO'], 4, 4)],
  caveats: [],
}

export const treaty: Agreement = {
  id: 'ALPHA-BETA',
  title: 'Agreement of Alpha and Beta',
  first: ['ALPHA'],
  second: ['BETA'],
  direction: 'both',
  ceilings: new Map([
    ['clearance', 3],
    ['visit', 1],
  ]),
  purposes: ['confirmation', 'vetting'],
  from: now - 1000 * day,
  until: now + 1000 * day,
  timeline: [
    { at: now - 1100 * day, state: 'signed' },
    { at: now - 1000 * day, state: 'in-force' },
  ],
  table: [{ issuer: 'GAMMA', marking: 'TAJNO', level: 2, protectAs: 'ALLY CONFIDENTIAL', measures: [] }],
  articles: [{ topic: 'ceiling', article: 'art. 5 (2)' }],
}

/** By which Delta gives Alpha what Alpha may pass on to Beta. */
export const consent: Agreement = {
  ...treaty,
  id: 'DELTA-ALPHA',
  title: 'Agreement of Delta and Alpha',
  first: ['DELTA'],
  second: ['ALPHA'],
  onward: ['BETA'],
}

export const sources: RuleSources = {
  parties: [
    { id: 'ALPHA', accreditation: 4, compartments: [] },
    { id: 'BETA', accreditation: 3, compartments: ['ALLY/ATOMAL'] },
    { id: 'DELTA', accreditation: 4, compartments: ['GAMMA/ATOMAL'] },
  ],
  groups: [
    {
      id: 'ALLY',
      members: [
        { party: 'ALPHA' },
        { party: 'BETA', from: now - 300 * day },
        { party: 'DELTA', until: now - 10 * day },
      ],
    },
  ],
  schemes: [alliance, gamma],
  agreements: [treaty],
}

export const label: Label = {
  policy: 'ALLY',
  marking: 'ALLY SECRET',
  at: now - day,
  compartments: ['ATOMAL'],
  releasability: ['BETA'],
  caveats: ['HANDLE BY HAND'],
}

/** Permitted in this world. */
export const question: Question = {
  from: 'ALPHA',
  to: 'BETA',
  label,
  purpose: 'confirmation',
  agreement: 'ALPHA-BETA',
  category: 'clearance',
}
