/** Answers for the conditions of a transfer: one for each ground, each looking at its own facts and at nothing else. */
import { clockSkewSeconds } from '../clock-skew.ts'
import { meaningOf } from './agreement.ts'
import { caveatFindings } from './caveat.ts'
import { hasTableFor } from './equivalence.ts'
import type { Facts } from './facts.ts'
import { dateOf, type Finding, listed, none } from './finding.ts'
import type { GroundCode } from './ground.ts'
import { consentsTo, suspendersOf } from './others.ts'
import { includes, isBetween } from './rules.ts'

/** What is wrong; nothing when the condition holds, or when it cannot be asked because another one already failed. */
export type Condition = (facts: Facts) => readonly Finding[]

function when(failed: boolean, subject: string): readonly Finding[] {
  return failed ? [{ subject }] : none
}

function each(subjects: readonly string[], failed: (subject: string) => boolean): readonly Finding[] {
  // Of nearly all nothing fails, and then nothing is made.
  let findings: Finding[] | undefined
  for (const subject of subjects) if (failed(subject)) (findings ??= []).push({ subject })
  return findings ?? none
}

/** The level asked for, and what it was by itself where aggregation raised it. */
function asked({ level, alone }: Facts): string {
  return level === alone ? `${level}` : `${level} by aggregation, ${alone} by itself`
}

function marked({ question: { label } }: Facts): string {
  return `${label.policy}:${label.marking}`
}

export const conditions = {
  // The label
  'unknown-policy': ({ scheme, question }) => when(scheme === undefined, question.label.policy),

  'unknown-marking': (facts) => {
    const { scheme, marking, question } = facts
    const isFine = marking !== undefined || scheme?.markings.has(question.label.marking) !== false
    return isFine ? none : [{ subject: marked(facts) }]
  },

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
  'unknown-party': ({ question: { from, to, label }, rules: { parties, knownNames } }) => {
    const { originator = from } = label
    if (parties.has(from) && parties.has(to) && knownNames.has(originator)) return none
    return [
      ...each(from === to ? [to] : [from, to], (party) => !parties.has(party)),
      ...(originator === from || originator === to
        ? none
        : each([originator], (name) => !knownNames.has(name))),
    ]
  },

  'above-accreditation': (facts) => {
    const { level, receiver } = facts
    if (level === undefined || receiver === undefined || level <= receiver.accreditation) return none
    return [{ subject: marked(facts), required: asked(facts), found: `${receiver.accreditation}` }]
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

  'agreement-suspended': ({ agreement, state, rules, at }) => {
    if (agreement === undefined) return none
    const { id: subject } = agreement
    const registry = meaningOf(state) === 'suspended' ? ['the registry'] : []
    const by = [...registry, ...suspendersOf(rules, subject, at)]
    return by.length === 0 ? none : [{ subject, found: `by ${listed(by)}` }]
  },

  'agreement-terminated': ({ agreement, state }) =>
    agreement !== undefined && state !== undefined && meaningOf(state) === 'over'
      ? [{ subject: agreement.id, found: state }]
      : none,

  'purpose-not-covered': ({ agreement, question: { purpose } }) =>
    agreement === undefined || agreement.purposes.includes(purpose)
      ? none
      : [{ subject: purpose, required: listed(agreement.purposes) }],

  'category-not-covered': ({ agreement, ceiling, question: { category } }) =>
    agreement === undefined || ceiling !== undefined
      ? none
      : [{ subject: category, required: listed([...agreement.ceilings.keys()]) }],

  'above-ceiling': (facts) => {
    const { ceiling, level, question } = facts
    if (ceiling === undefined || level === undefined || level <= ceiling) return none
    return [{ subject: question.category, required: `${ceiling}`, found: asked(facts) }]
  },

  'marking-not-covered': (facts) => {
    const { agreement, marking, row, question } = facts
    if (agreement === undefined || marking === undefined || row !== undefined) return none
    return hasTableFor(agreement, question.label.policy) ? [{ subject: marked(facts) }] : none
  },

  // What the sender states
  'above-clearance': (facts) => {
    const { level, question } = facts
    const { reader } = question
    if (level === undefined || reader === undefined || level <= reader.clearance) return none
    return [{ subject: marked(facts), required: asked(facts), found: `${reader.clearance}` }]
  },

  'nationality-not-covered': ({ agreement, question: { to, reader }, rules, at }) => {
    if (agreement?.nationals === undefined) return none
    const { nationals } = agreement
    const required = listed(nationals)
    if (reader === undefined || reader.nationalities.length === 0)
      return [{ subject: to, required, found: 'no nationality stated' }]
    const foreign = reader.nationalities.filter((nation) => !includes(rules, nationals, nation, at))
    return foreign.length === 0
      ? none
      : [{ subject: to, required, found: `a national of ${listed(foreign)}` }]
  },

  'need-to-know-not-stated': ({ agreement, question: { to, needToKnow } }) =>
    when(agreement?.needToKnow === true && needToKnow === undefined, to),

  'legal-basis-not-covered': ({ agreement, question: { legalBasis } }) => {
    const bases = agreement?.legalBases
    if (bases === undefined || (legalBasis !== undefined && bases.includes(legalBasis))) return none
    return [{ subject: legalBasis ?? 'none', required: listed(bases), found: legalBasis ?? 'none' }]
  },

  'retention-not-covered': ({ agreement, question: { label }, at }) => {
    const latest = agreement?.retention === undefined ? Infinity : at + agreement.retention
    if (latest === Infinity || (label.retainUntil ?? Infinity) <= latest) return none
    const found = label.retainUntil === undefined ? 'no end' : `an end on ${dateOf(label.retainUntil)}`
    return [{ subject: 'label', required: dateOf(latest), found }]
  },

  // Others' say in it
  'third-party-not-consented': (facts) => {
    const { question, rules } = facts
    const { from, to, label } = question
    const { originator } = label
    // One’s own one may send, and the receiver’s own only comes back. Of nobody known: `unknown-party` says so.
    if (originator === undefined || originator === from || originator === to) return none
    if (!rules.knownNames.has(originator)) return none
    return consentsTo(originator, facts) ? none : [{ subject: originator, found: from }]
  },

  'national-restriction': ({ verdicts }) =>
    verdicts.length === 0 ? none : verdicts.flatMap(({ verdict }) => verdict.forbidden),

  'national-module-failed': ({ verdicts }) =>
    verdicts.length === 0
      ? none
      : verdicts.flatMap(({ party: subject, verdict: { failed: found } }) =>
          found === undefined ? none : [{ subject, found }],
        ),
} as const satisfies Record<Exclude<GroundCode, 'no-recipient'>, Condition>

export type ConditionCode = keyof typeof conditions
