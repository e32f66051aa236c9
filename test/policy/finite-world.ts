/** Answers for a finite world whose every state can be asked, and for what must be true of each, said without the kernel. */
import type { Label } from '../../protocol/label.ts'
import type { Agreement, State } from '../../protocol/policy/agreement.ts'
import type { GroundCode } from '../../protocol/policy/ground.ts'
import { type Rules, rulesFrom } from '../../protocol/policy/rules.ts'
import { day, marking, now } from './world.ts'

/** One way that a dimension of the state can be: what it gives to the question, and which ground it alone is. */
export interface Marked {
  readonly policy: string
  readonly marking: string
  /** `null`: nobody can say. */
  readonly level: number | null
  /** Its level without an agreement whose table says better. */
  readonly atMost?: number
  readonly wrong?: GroundCode
}

export const markings: readonly Marked[] = [
  { policy: 'X', marking: 'X0', level: 0 },
  { policy: 'X', marking: 'X1', level: 1 },
  { policy: 'X', marking: 'X2', level: 2 },
  { policy: 'X', marking: 'X3', level: 3 },
  { policy: 'X', marking: 'X4', level: 4 },
  { policy: 'X', marking: 'X1-3', level: 3 },
  { policy: 'X', marking: 'Z', level: null, wrong: 'unknown-marking' },
  { policy: 'X', marking: 'OLD', level: null, wrong: 'marking-not-in-force' },
  { policy: 'N', marking: 'X1', level: null, wrong: 'unknown-policy' },
  { policy: 'Y', marking: 'IN THE TABLE', level: 2, atMost: 3 },
  { policy: 'Y', marking: 'NOT IN THE TABLE', level: 1, wrong: 'marking-not-covered' },
]

export interface Receiver {
  readonly id: string
  readonly accreditation: number | null
  readonly holds: boolean
}

const accreditations = [0, 1, 2, 3, 4]
export const receivers: readonly Receiver[] = [
  { id: 'RX', accreditation: null, holds: false },
  ...accreditations.flatMap((accreditation) => [
    { id: `R${accreditation}-A`, accreditation, holds: true },
    { id: `R${accreditation}`, accreditation, holds: false },
  ]),
]
const known = receivers.filter(({ accreditation }) => accreditation !== null)

export interface Release {
  readonly to: (receiver: Receiver) => Label['releasability']
  readonly wrong: (receiver: Receiver) => readonly GroundCode[]
}

const isUnknown = ({ accreditation }: Receiver) => accreditation === null
export const releases: readonly Release[] = [
  { to: () => 'unrestricted', wrong: () => [] },
  { to: () => [], wrong: () => ['not-releasable'] },
  { to: ({ id }) => [id], wrong: (receiver) => (isUnknown(receiver) ? ['unknown-release-name'] : []) },
  { to: () => ['ALL'], wrong: (receiver) => (isUnknown(receiver) ? ['not-releasable'] : []) },
  { to: () => ['FORMER'], wrong: () => ['not-releasable'] },
  {
    to: () => ['ALL', 'NEMO'],
    wrong: (receiver) =>
      isUnknown(receiver) ? ['unknown-release-name', 'not-releasable'] : ['unknown-release-name'],
  },
]

/** Caveats are X’s own; with another issuer’s marking none of them is known. */
export const caveats: readonly { readonly name?: string; readonly wrong?: GroundCode }[] = [
  {},
  { name: 'HANDLING' },
  { name: 'NOBODY’S EYES', wrong: 'caveat-not-met' },
  { name: 'UNHEARD OF', wrong: 'unknown-caveat' },
]

export const times: readonly { readonly label: Partial<Label>; readonly wrong?: GroundCode }[] = [
  { label: { at: now } },
  { label: { at: now + day }, wrong: 'label-dated-ahead' },
  { label: { at: now, retainUntil: now - 1 }, wrong: 'retention-ended' },
]

export interface Paper {
  readonly id: string
  /** `undefined` where there is no agreement to have one; `null` where the category is not covered. */
  readonly ceiling: number | null | undefined
  readonly wrong?: GroundCode
}

/** Of a live agreement every one; of another enough to meet the levels from both sides. */
const ceilingsOf = (name: string) =>
  name === 'live' ? ([null, 0, 1, 2, 3, 4] as const) : ([null, 0, 2, 4] as const)
const always = [{ at: 0, state: 'in-force' }] as const
const since = (state: State): Agreement['timeline'] => [...always, { at: now, state }]
const kinds: readonly {
  readonly name: string
  readonly terms: Partial<Agreement>
  readonly wrong?: GroundCode
}[] = [
  { name: 'live', terms: {} },
  { name: 'others', terms: { first: ['OTHER'] }, wrong: 'party-not-covered' },
  { name: 'inverse', terms: inverse(), wrong: 'party-not-covered' },
  { name: 'coming', terms: { from: now + 1 }, wrong: 'agreement-not-in-force' },
  { name: 'signed', terms: { timeline: [{ at: 0, state: 'signed' }] }, wrong: 'agreement-not-in-force' },
  { name: 'over', terms: { until: now }, wrong: 'agreement-expired' },
  { name: 'suspended', terms: { timeline: since('suspended') }, wrong: 'agreement-suspended' },
  { name: 'terminated', terms: { timeline: since('terminated') }, wrong: 'agreement-terminated' },
]

function everyone(): readonly string[] {
  return receivers.map(({ id }) => id)
}

function inverse(): Partial<Agreement> {
  return { first: everyone(), second: ['S'], direction: 'first-to-second' }
}

export const papers: readonly Paper[] = [
  { id: 'none', ceiling: undefined, wrong: 'no-agreement' },
  ...kinds.flatMap(({ name, wrong }) =>
    ceilingsOf(name).map((ceiling) => ({
      id: `${name}-${ceiling}`,
      ceiling,
      ...(wrong !== undefined && { wrong }),
    })),
  ),
]

function agreements(): readonly Agreement[] {
  return kinds.flatMap(({ name, terms }) =>
    ceilingsOf(name).map((ceiling) => ({
      id: `${name}-${ceiling}`,
      title: name,
      first: ['S'],
      second: everyone(),
      direction: 'both' as const,
      ceilings: new Map(ceiling === null ? [] : [['attestation', ceiling]]),
      purposes: ['confirmation'],
      from: 0,
      timeline: always,
      table: [{ issuer: 'Y', marking: 'IN THE TABLE', level: 2 as const, measures: [] }],
      articles: [],
      ...terms,
    })),
  )
}

export const finiteRules: Rules = rulesFrom({
  parties: [
    { id: 'S', accreditation: 4, compartments: [] },
    ...known.map(({ id, accreditation, holds }) => ({
      id,
      accreditation: accreditation ?? 0,
      compartments: holds ? ['X/A', 'Y/A', 'N/A'] : [],
    })),
  ],
  groups: [
    { id: 'ALL', members: known.map(({ id }) => ({ party: id })) },
    { id: 'FORMER', members: known.map(({ id }) => ({ party: id, until: now })) },
  ],
  schemes: [
    {
      issuer: 'X',
      markings: [
        ...([0, 1, 2, 3, 4] as const).map((level) => marking([`X${level}`], level, level)),
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
  agreements: agreements(),
})
