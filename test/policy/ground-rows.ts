/** Answers for the rows of grounds.test.ts: each makes exactly one condition fail in a world where everything else holds. */
import type { Label } from '../../protocol/label.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Question } from '../../protocol/policy/facts.ts'
import type { GroundCode } from '../../protocol/policy/ground.ts'
import type { Level } from '../../protocol/policy/level.ts'
import type { Standing, Suspension, Verdict } from '../../protocol/policy/rules.ts'
import { consent, day, now, treaty } from './world.ts'

export interface Row {
  readonly because: string
  readonly label?: Partial<Label>
  readonly ask?: Partial<Question>
  readonly treaty?: Partial<Agreement>
  readonly beta?: Partial<Standing>
  readonly besides?: readonly Agreement[]
  readonly suspensions?: readonly Suspension[]
  /** What the module of Beta says. */
  readonly module?: Verdict
}

/** One of Delta’s documents, which Alpha passes on to Beta. */
const ofDelta = { originator: 'DELTA' } as const
export const rows: readonly (readonly [GroundCode, Row])[] = [
  [
    'unknown-policy',
    { because: 'nobody issues it', label: { policy: 'NEMO', caveats: [], compartments: [] } },
  ],
  ['unknown-marking', { because: 'no such marking', label: { marking: 'ALLY SECRETE' } }],
  ['unknown-marking', { because: 'a Cyrillic letter', label: { marking: 'ALLY SEСRET' } }],
  ['unknown-marking', { because: 'another case', label: { marking: 'Ally Secret' } }],
  ['unknown-marking', { because: 'another issuer’s', label: { marking: 'TAJNO' } }],
  ['marking-not-in-force', { because: 'ended before', label: { marking: 'ALLY STAMP' } }],
  ['label-dated-ahead', { because: 'over five minutes', label: { at: now + 301 } }],
  ['retention-ended', { because: 'ended now', label: { retainUntil: now } }],
  ['unknown-party', { because: 'of the sender', ask: { from: 'OMEGA' }, treaty: { first: ['OMEGA'] } }],
  [
    'unknown-party',
    {
      because: 'of the receiver',
      ask: { to: 'OMEGA' },
      label: { releasability: 'unrestricted' },
      treaty: { second: ['OMEGA'] },
    },
  ],
  ['unknown-party', { because: 'of the originator', label: { originator: 'OMEGA' } }],
  ['above-accreditation', { because: 'one level short', beta: { accreditation: 2 } }],
  ['compartment-not-held', { because: 'holds none', beta: { compartments: [] } }],
  ['compartment-not-held', { because: 'holds another issuer’s', beta: { compartments: ['GAMMA/ATOMAL'] } }],
  ['compartment-not-held', { because: 'issuer left out', beta: { compartments: ['ATOMAL'] } }],
  ['unknown-release-name', { because: 'beside a known one', label: { releasability: ['BETA', 'OMEGA'] } }],
  ['not-releasable', { because: 'to another', label: { releasability: ['DELTA'] } }],
  ['not-releasable', { because: 'to nobody', label: { releasability: [] } }],
  [
    'not-releasable',
    {
      because: 'not yet a member then',
      label: { releasability: ['ALLY'], at: now - 301 * day, caveats: [] },
    },
  ],
  ['unknown-caveat', { because: 'no such caveat', label: { caveats: ['HANDLE BY HANDS'] } }],
  [
    'caveat-not-met',
    {
      because: 'another originator',
      label: { caveats: ['ORIGINATOR SENDS'], originator: 'DELTA' },
      besides: [consent],
    },
  ],
  ['caveat-not-met', { because: 'for another purpose', label: { caveats: ['VETTING ONLY'] } }],
  [
    'caveat-not-met',
    {
      because: 'for other eyes',
      ask: { from: 'BETA', to: 'ALPHA' },
      label: { caveats: ['BETA EYES'], compartments: [], releasability: 'unrestricted' },
    },
  ],
  ['no-agreement', { because: 'no such id', ask: { agreement: 'ALPHA-GAMMA' } }],
  ['party-not-covered', { because: 'of others', treaty: { first: ['DELTA'] } }],
  [
    'party-not-covered',
    {
      because: 'the other way round',
      treaty: { first: ['BETA'], second: ['ALPHA'], direction: 'first-to-second' },
    },
  ],
  [
    'party-not-covered',
    {
      because: 'no longer a member',
      ask: { to: 'DELTA' },
      label: { releasability: ['DELTA'], compartments: [] },
      treaty: { second: ['ALLY'] },
    },
  ],
  ['agreement-not-in-force', { because: 'begins later', treaty: { from: now + 1 } }],
  [
    'agreement-not-in-force',
    { because: 'only signed', treaty: { timeline: [{ at: now - day, state: 'signed' }] } },
  ],
  [
    'agreement-not-in-force',
    { because: 'no state yet', treaty: { timeline: [{ at: now + 1, state: 'in-force' }] } },
  ],
  ['agreement-expired', { because: 'ends now', treaty: { until: now } }],
  [
    'agreement-suspended',
    { because: 'since now', treaty: { timeline: [...treaty.timeline, { at: now, state: 'suspended' }] } },
  ],
  [
    'agreement-terminated',
    {
      because: 'since yesterday',
      treaty: { timeline: [...treaty.timeline, { at: now - day, state: 'terminated' }] },
    },
  ],
  [
    'agreement-terminated',
    {
      because: 'survives for the past',
      treaty: { timeline: [...treaty.timeline, { at: now, state: 'surviving' }] },
    },
  ],
  ['purpose-not-covered', { because: 'not among them', ask: { purpose: 'recruitment' } }],
  ['category-not-covered', { because: 'not among them', ask: { category: 'courier' } }],
  ['above-ceiling', { because: 'lower for visits', ask: { category: 'visit' } }],
  [
    'marking-not-covered',
    {
      because: 'the table stops below',
      label: { policy: 'GAMMA', marking: 'STROGO TAJNO', compartments: [], caveats: [] },
      treaty: { ceilings: new Map([['clearance', 4]]) },
      beta: { accreditation: 4 },
    },
  ],
  ...statedRows(),
  ...aggregatedRows(),
  ...othersRows(),
]

function statedRows(): readonly (readonly [GroundCode, Row])[] {
  const reading = (clearance: Level, ...nationalities: readonly string[]) => ({
    ask: { reader: { clearance, nationalities } },
  })
  const covered = { treaty: { nationals: ['ALPHA', 'BETA'] } }
  return [
    ['above-clearance', { because: 'one level short', ...reading(2, 'BETA') }],
    ['nationality-not-covered', { because: 'no reader stated', ...covered }],
    ['nationality-not-covered', { because: 'a foreigner', ...covered, ...reading(3, 'DELTA') }],
    ['nationality-not-covered', { because: 'one of two', ...covered, ...reading(3, 'BETA', 'DELTA') }],
    ['nationality-not-covered', { because: 'of none', ...covered, ...reading(3) }],
    [
      'nationality-not-covered',
      { because: 'of a former member', treaty: { nationals: ['ALLY'] }, ...reading(3, 'DELTA') },
    ],
    ['need-to-know-not-stated', { because: 'asked for', treaty: { needToKnow: true } }],
    ['legal-basis-not-covered', { because: 'none stated', treaty: { legalBases: ['ACT-12'] } }],
    [
      'legal-basis-not-covered',
      { because: 'not among them', treaty: { legalBases: ['ACT-12'] }, ask: { legalBasis: 'ACT-13' } },
    ],
    ['retention-not-covered', { because: 'no end', treaty: { retention: day } }],
    [
      'retention-not-covered',
      { because: 'a second late', treaty: { retention: day }, label: { retainUntil: now + day + 1 } },
    ],
  ]
}

/** From the third on, clearances count as top secret, which neither the receiver nor the ceiling reaches. */
function aggregatedRows(): readonly (readonly [GroundCode, Row])[] {
  const limit = { category: 'clearance', period: day, count: 3, level: 4 } as const
  const high = { ceilings: new Map([['clearance', 4]] as const), aggregation: [limit] }
  const low = { aggregation: [limit] }
  const reader = { clearance: 3, nationalities: ['BETA'] } as const
  return [
    ['above-accreditation', { because: 'the third', treaty: high, ask: { counted: [2] } }],
    ['above-accreditation', { because: 'not counted', treaty: high }],
    [
      'above-ceiling',
      { because: 'the third', treaty: low, ask: { counted: [2] }, beta: { accreditation: 4 } },
    ],
    [
      'above-clearance',
      { because: 'the third', treaty: high, ask: { counted: [2], reader }, beta: { accreditation: 4 } },
    ],
  ]
}

function othersRows(): readonly (readonly [GroundCode, Row])[] {
  const suspension = { agreement: treaty.id, by: 'BETA', from: now }
  const refused = (because: string, terms: Partial<Agreement>, row: Partial<Row> = {}) =>
    [
      'third-party-not-consented',
      { because, label: ofDelta, besides: [{ ...consent, ...terms }], ...row },
    ] as const
  return [
    ['agreement-suspended', { because: 'by a party, since now', suspensions: [suspension] }],
    ['third-party-not-consented', { because: 'no agreement', label: ofDelta }],
    refused('to nobody', { onward: [] }),
    refused('to others', { onward: ['GAMMA'] }),
    refused(
      'to a group that it was not yet in',
      { onward: ['ALLY'] },
      {
        label: { ...ofDelta, at: now - 301 * day },
      },
    ),
    refused('the other way', { first: ['ALPHA'], second: ['DELTA'], direction: 'first-to-second' }),
    refused('to another sender', { second: ['BETA'] }),
    refused('over', { until: now }),
    refused('suspended', {}, { suspensions: [{ ...suspension, agreement: consent.id }] }),
    refused('for other purposes', { purposes: ['vetting'] }),
    refused('of another category', { ceilings: new Map([['visit', 3]]) }),
    refused('up to a lower level', { ceilings: new Map([['clearance', 2]]) }),
    refused('of other markings', {
      table: [{ issuer: 'ALLY', marking: 'ALLY PROTECTED', level: 1, measures: [] }],
    }),
    ['national-restriction', { because: 'one rule', module: { forbidden: [{ subject: 'BETA no-visits' }] } }],
    [
      'national-module-failed',
      { because: 'an error', module: { forbidden: [], failed: 'it cannot be read' } },
    ],
  ]
}
