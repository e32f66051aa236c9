/** Answers for the conditions of a transfer: one for each ground, each looking at its own facts and at nothing else. */
import { clockSkewSeconds } from '../clock-skew.ts'
import type { Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type Agreement, meaningOf, type State, stateAt } from './agreement.ts'
import { caveatFindings } from './caveat.ts'
import { hasTableFor, levelOf, rowFor } from './equivalence.ts'
import { dateOf, type Finding, listed, none } from './finding.ts'
import type { GroundCode } from './ground.ts'
import type { Level } from './level.ts'
import {
  type IndexedScheme,
  type IndexedStanding,
  includes,
  isBetween,
  markingAt,
  type Rules,
} from './rules.ts'
import type { Marking } from './scheme.ts'

/** May `from` send what is labelled so to `to`, under this agreement, for this purpose, as this category of information? */
export interface Question {
  readonly from: PartyId
  readonly to: PartyId
  readonly label: Label
  readonly purpose: string
  readonly agreement: string
  readonly category: string
}

/** The question with what the rules say of the things it names; `undefined` is unknown, and some condition says so. */
export interface Facts {
  readonly question: Question
  readonly rules: Rules
  readonly at: Seconds
  readonly scheme: IndexedScheme | undefined
  readonly marking: Marking | undefined
  readonly level: Level | undefined
  readonly receiver: IndexedStanding | undefined
  readonly agreement: Agreement | undefined
  readonly state: State | undefined
}

/** What is wrong; nothing when the condition holds, or when it cannot be asked because another one already failed. */
export type Condition = (facts: Facts) => readonly Finding[]

export function factsOf(question: Question, rules: Rules, at: Seconds): Facts {
  const { label } = question
  const scheme = rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  const agreement = rules.agreements.get(question.agreement)
  const row = marking && agreement && rowFor(agreement, label.policy, marking)
  return {
    question,
    rules,
    at,
    scheme,
    marking,
    level: marking && levelOf(marking, row),
    receiver: rules.parties.get(question.to),
    agreement,
    state: agreement && stateAt(agreement, at),
  }
}

function when(failed: boolean, subject: string): readonly Finding[] {
  return failed ? [{ subject }] : none
}

function each(subjects: readonly string[], failed: (subject: string) => boolean): readonly Finding[] {
  const failing = subjects.filter(failed)
  return failing.length === 0 ? none : failing.map((subject) => ({ subject }))
}

function marked({ question: { label } }: Facts): string {
  return `${label.policy}:${label.marking}`
}

export const conditions = {
  // The label
  'unknown-policy': ({ scheme, question }) => when(scheme === undefined, question.label.policy),

  'unknown-marking': (facts) =>
    when(facts.scheme?.markings.has(facts.question.label.marking) === false, marked(facts)),

  'marking-not-in-force': (facts) => {
    const { scheme, marking, question } = facts
    const isFine = marking !== undefined || scheme?.markings.has(question.label.marking) !== true
    return isFine ? none : [{ subject: marked(facts), found: dateOf(question.label.at) }]
  },

  'label-dated-ahead': ({ question: { label }, at }) => {
    const latest = at + clockSkewSeconds
    return label.at <= latest
      ? none
      : [{ subject: 'label', required: dateOf(latest), found: dateOf(label.at) }]
  },

  'retention-ended': ({ question: { label }, at }) => {
    const { retainUntil } = label
    return retainUntil === undefined || at < retainUntil
      ? none
      : [{ subject: 'label', found: dateOf(retainUntil) }]
  },

  // The parties
  'unknown-party': ({ question: { from, to, label }, rules }) => [
    ...each(from === to ? [to] : [from, to], (party) => !rules.parties.has(party)),
    ...(label.originator === undefined || label.originator === from || label.originator === to
      ? none
      : each([label.originator], (party) => !rules.knownNames.has(party))),
  ],

  'above-accreditation': (facts) => {
    const { level, receiver } = facts
    if (level === undefined || receiver === undefined || level <= receiver.accreditation) return none
    return [{ subject: marked(facts), required: `${level}`, found: `${receiver.accreditation}` }]
  },

  'compartment-not-held': ({ receiver, question: { label } }) =>
    receiver === undefined || label.compartments.length === 0
      ? none
      : each(
          label.compartments.map((name) => `${label.policy}/${name}`),
          (compartment) => !receiver.compartments.has(compartment),
        ),

  // Release
  'unknown-release-name': ({ question: { label }, rules }) =>
    label.releasability === 'unrestricted'
      ? none
      : each(label.releasability, (name) => !rules.knownNames.has(name)),

  'not-releasable': ({ question: { label, to }, rules }) => {
    const { releasability, at } = label
    if (releasability === 'unrestricted' || includes(rules, releasability, to, at)) return none
    return [{ subject: to, found: listed(releasability) }]
  },

  // Caveats
  'unknown-caveat': ({ scheme, question: { label } }) =>
    scheme === undefined || label.caveats.length === 0
      ? none
      : each(label.caveats, (name) => !scheme.caveats.has(name)),

  'caveat-not-met': ({ scheme, question, rules }) =>
    scheme === undefined ? none : caveatFindings(scheme, question, rules),

  // The agreement
  'no-agreement': ({ agreement, question }) => when(agreement === undefined, question.agreement),

  'party-not-covered': ({ agreement, question: { from, to }, rules, at }) =>
    agreement === undefined || isBetween(rules, agreement, from, to, at)
      ? none
      : [{ subject: to, found: from }],

  'agreement-not-in-force': ({ agreement, state, at }) => {
    if (agreement === undefined) return none
    const { id: subject, from } = agreement
    if (at < from) return [{ subject, found: `in force from ${dateOf(from)}` }]
    return meaningOf(state) === 'coming' ? [{ subject, found: state ?? 'not yet signed' }] : none
  },

  'agreement-expired': ({ agreement, at }) => {
    if (agreement?.until === undefined || at < agreement.until) return none
    return [{ subject: agreement.id, found: dateOf(agreement.until) }]
  },

  'agreement-suspended': ({ agreement, state }) =>
    agreement !== undefined && meaningOf(state) === 'suspended' ? [{ subject: agreement.id }] : none,

  'agreement-terminated': ({ agreement, state }) =>
    agreement !== undefined && state !== undefined && meaningOf(state) === 'over'
      ? [{ subject: agreement.id, found: state }]
      : none,

  'purpose-not-covered': ({ agreement, question: { purpose } }) =>
    agreement === undefined || agreement.purposes.includes(purpose)
      ? none
      : [{ subject: purpose, required: listed(agreement.purposes) }],

  'category-not-covered': ({ agreement, question: { category } }) =>
    agreement === undefined || agreement.ceilings.has(category)
      ? none
      : [{ subject: category, required: listed([...agreement.ceilings.keys()]) }],

  'above-ceiling': ({ agreement, level, question: { category } }) => {
    const ceiling = agreement?.ceilings.get(category)
    if (ceiling === undefined || level === undefined || level <= ceiling) return none
    return [{ subject: category, required: `${ceiling}`, found: `${level}` }]
  },

  'marking-not-covered': (facts) => {
    const { agreement, marking, question } = facts
    if (agreement === undefined || marking === undefined) return none
    const { policy } = question.label
    return when(
      hasTableFor(agreement, policy) && rowFor(agreement, policy, marking) === undefined,
      marked(facts),
    )
  },
} as const satisfies Record<Exclude<GroundCode, 'no-recipient'>, Condition>

export type ConditionCode = keyof typeof conditions
