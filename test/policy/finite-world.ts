/** Answers for a finite world: every way that each part of a transfer can be, and the rules by which all of them are decided. */
import type { Agreement, State as AgreementState } from '../../protocol/policy/agreement.ts'
import type { Reader } from '../../protocol/policy/justification.ts'
import { type Level, levels } from '../../protocol/policy/level.ts'
import { type Rules, rulesFrom, type Verdict } from '../../protocol/policy/rules.ts'
import { day, marking, now } from './world.ts'

interface Marked {
  readonly policy: string
  readonly marking: string
  /** `null`: nobody can say. */
  readonly level: Level | null
  /** What it is worth under an agreement that has it in its table. */
  readonly agreed?: Level
  readonly is?: 'unknown policy' | 'unknown' | 'past' | 'not in the table'
}

const markings: readonly Marked[] = [
  ...levels.map((level) => ({ policy: 'X', marking: `X${level}`, level })),
  { policy: 'X', marking: 'X1-3', level: 3 },
  { policy: 'X', marking: 'Z', level: null, is: 'unknown' },
  { policy: 'X', marking: 'OLD', level: null, is: 'past' },
  { policy: 'N', marking: 'X1', level: null, is: 'unknown policy' },
  { policy: 'Y', marking: 'IN THE TABLE', level: 3, agreed: 2 },
  { policy: 'Y', marking: 'NOT IN THE TABLE', level: 1, is: 'not in the table' },
]

interface Receiver {
  readonly id: string
  readonly accreditation: number | null
  readonly holds: boolean
}

const receivers: readonly Receiver[] = [
  { id: 'RX', accreditation: null, holds: false },
  ...levels.map((accreditation) => ({ id: `R${accreditation}`, accreditation, holds: true })),
  { id: 'R4-BARE', accreditation: 4, holds: false },
]
const everyone = receivers.map(({ id }) => id)
const known = receivers.flatMap(({ id, accreditation, holds }) =>
  accreditation === null ? [] : [{ id, accreditation, compartments: holds ? ['X/A', 'Y/A', 'N/A'] : [] }],
)

interface Paper {
  readonly id: string
  readonly kind: string
  readonly ceiling: Level | null
}

interface Kind {
  readonly name: string
  readonly terms: Partial<Agreement>
  readonly ceilings: readonly (Level | null)[]
}

const always = [{ at: 0, state: 'in-force' }] as const
const since = (state: AgreementState): Agreement['timeline'] => [...always, { at: now, state }]
const kinds: readonly Kind[] = [
  { name: 'live', terms: {}, ceilings: [null, ...levels] },
  { name: 'of others', terms: { first: ['OTHER'] }, ceilings: [2] },
  {
    name: 'inverse',
    terms: { first: everyone, second: ['S'], direction: 'first-to-second' },
    ceilings: [2],
  },
  { name: 'coming', terms: { from: now + 1 }, ceilings: [2] },
  { name: 'signed', terms: { timeline: [{ at: 0, state: 'signed' }] }, ceilings: [2] },
  { name: 'over', terms: { until: now }, ceilings: [2] },
  { name: 'suspended', terms: { timeline: since('suspended') }, ceilings: [2] },
  { name: 'suspended by a party', terms: {}, ceilings: [2] },
  { name: 'terminated', terms: { timeline: since('terminated') }, ceilings: [2] },
  {
    name: 'asking',
    terms: { needToKnow: true, legalBases: ['ACT'], retention: day, nationals: ['ALL'] },
    ceilings: [null, 2, 4],
  },
  {
    name: 'counting',
    terms: { aggregation: [{ category: 'attestation', period: day, count: 5, level: 3 }] },
    ceilings: [null, 2, 4],
  },
]

const papers: readonly Paper[] = [
  { id: 'none', kind: 'none', ceiling: null },
  ...kinds.flatMap(({ name, ceilings }) =>
    ceilings.map((ceiling) => ({ id: `${name} ${ceiling}`, kind: name, ceiling })),
  ),
]

function agreement(id: string, ceiling: Level | null, terms: Partial<Agreement>): Agreement {
  return {
    id,
    title: id,
    first: ['S', 'S-FORBIDS', 'S-FAILS'],
    second: everyone,
    direction: 'both',
    ceilings: new Map(ceiling === null ? [] : [['attestation', ceiling]]),
    purposes: ['confirmation'],
    from: 0,
    timeline: always,
    table: [{ issuer: 'Y', marking: 'IN THE TABLE', level: 2, measures: [] }],
    articles: [],
    ...terms,
  }
}

const readers: readonly (Reader | undefined)[] = [
  undefined,
  ...([0, 2, 4] as const).flatMap((clearance) =>
    ['R0', 'OTHER'].map((nation) => ({ clearance, nationalities: [nation] })),
  ),
]

/** Each part of a state, and every way that it can be. */
export const dimensions = {
  sender: ['S', 'S-FORBIDS', 'S-FAILS'],
  receiver: receivers,
  marked: markings,
  labelled: [now, now + day],
  paper: papers,
  counted: [[3], [4]],
  compartments: [[], ['A']],
  release: ['unrestricted', 'nobody', 'the receiver', 'all', 'former', 'all and one unknown'],
  caveat: [undefined, 'HANDLING', 'NOBODY’S EYES', 'UNHEARD OF'],
  purpose: ['confirmation', 'curiosity'],
  originator: [undefined, 'the sender', 'the receiver', 'CONSENTING', 'SILENT', 'UNKNOWN'],
  retainUntil: [undefined, now, now + day, now + day + 1],
  reader: readers,
  needToKnow: [undefined, 'CASE'],
  legalBasis: [undefined, 'ACT', 'HABIT'],
} as const satisfies Record<string, readonly unknown[]>

export type Dimension = keyof typeof dimensions
/** For each dimension, which of its values. */
export type Position = Readonly<Record<Dimension, number>>
export type State = { readonly [D in Dimension]: (typeof dimensions)[D][number] }

const verdicts: Readonly<Record<string, Verdict>> = {
  'S-FORBIDS': { forbidden: [{ subject: 'a rule' }] },
  'S-FAILS': { forbidden: [], failed: 'an error' },
}

const standing = (id: string) => ({ id, accreditation: 4, compartments: [] })

export const finiteRules: Rules = rulesFrom(
  {
    parties: [...['S', 'S-FORBIDS', 'S-FAILS', 'CONSENTING', 'SILENT'].map(standing), ...known],
    groups: [
      { id: 'ALL', members: known.map(({ id }) => ({ party: id })) },
      { id: 'FORMER', members: known.map(({ id }) => ({ party: id, until: now })) },
    ],
    schemes: [
      {
        issuer: 'X',
        markings: [
          ...levels.map((level) => marking([`X${level}`], level, level)),
          marking(['X1-3'], 1, 3),
          marking(['OLD'], 1, 1, { until: now }),
        ],
        caveats: [
          { name: 'HANDLING', rule: 'handling', parties: [], purposes: [] },
          { name: 'NOBODY’S EYES', rule: 'only-parties', parties: [], purposes: [] },
        ],
      },
      {
        issuer: 'Y',
        markings: [marking(['IN THE TABLE'], 1, 3), marking(['NOT IN THE TABLE'], 1, 1)],
        caveats: [],
      },
    ],
    agreements: [
      ...kinds.flatMap(({ name, terms, ceilings }) =>
        ceilings.map((ceiling) => agreement(`${name} ${ceiling}`, ceiling, terms)),
      ),
      // By which one gives the sender what the sender may pass on, up to level 3.
      agreement('CONSENT', 3, { second: ['CONSENTING'], onward: everyone }),
      agreement('SILENCE', 4, { second: ['SILENT'] }),
    ],
    suspensions: [{ agreement: 'suspended by a party 2', by: 'R0', from: now }],
    modules: Object.keys(verdicts).map((party) => ({ party, policies: '' })),
  },
  ({ party }) =>
    () =>
      verdicts[party] ?? { forbidden: [], failed: 'no verdict' },
)
