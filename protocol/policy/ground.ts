/** Answers for the closed list of grounds on which a transfer is denied, and for the words of each (README.md). */
import { field, type Of, oneOf, optional, record, text } from '../codec.ts'
import { compareNames } from '../names.ts'
import type { Topic } from './agreement.ts'

interface Wording {
  /** What must hold. `{subject}` and the like stand for the ground's members. */
  readonly required: string
  readonly found: string
  /** What would have to change. */
  readonly change: string
  /** For a ground that lies in the agreement: what its article is about. */
  readonly topic?: Topic
}

export const grounds = {
  'unknown-policy': {
    required: 'a scheme of markings by {subject}',
    found: 'none in the registry',
    change: 'Have the registry list the scheme of {subject}, or correct the label’s issuer.',
  },
  'unknown-marking': {
    required: 'a marking of its issuer, letter for letter',
    found: '{subject}, which the issuer’s scheme does not have',
    change: 'Correct the marking, or have its issuer add it to the scheme.',
  },
  'marking-not-in-force': {
    required: 'a marking in force when the label was made',
    found: '{subject} on {found}',
    change: 'Use the marking that was in force on that day, or correct the label’s date.',
  },
  'label-dated-ahead': {
    required: 'a label made by {required}',
    found: 'one dated {found}',
    change: 'Correct the label’s date, or the clock.',
  },
  'retention-ended': {
    required: 'retention that lasts',
    found: 'an end on {found}',
    change: 'Nothing: the information may no longer be held. Its originator can set another term.',
  },
  'unknown-party': {
    required: 'parties that the registry lists',
    found: '{subject}, which it does not',
    change: 'Have the registry list {subject}.',
  },
  'above-accreditation': {
    required: 'a receiver accredited to level {required}',
    found: '{party} accredited to level {found}',
    change: 'Have {party} accredited to the level, or send what is marked lower.',
  },
  'compartment-not-held': {
    required: 'a receiver who holds {subject}',
    found: '{party}, who does not',
    change: 'Have {party} admitted to {subject}, or leave out what belongs to it.',
  },
  'unknown-release-name': {
    required: 'a release to known parties and groups',
    found: '{subject}, which the registry does not know',
    change: 'Correct the name, or have the registry list it.',
  },
  'not-releasable': {
    required: 'a receiver among those it is released to',
    found: '{party}, where it is released to {found}',
    change: 'Ask the originator to release it to {party}.',
  },
  'unknown-caveat': {
    required: 'caveats that the issuer’s scheme explains',
    found: '{subject}, which it does not',
    change: 'Correct the caveat, or have its issuer add it to the scheme.',
  },
  'caveat-not-met': {
    required: '{subject}: {required}',
    found: '{found}',
    change: 'Meet the condition of {subject}, or ask the originator to lift it.',
  },
  'no-agreement': {
    required: 'an agreement that the registry lists',
    found: '{subject}, which it does not',
    change: 'Name an agreement that is between the two, or have the registry list {subject}.',
    topic: 'parties',
  },
  'party-not-covered': {
    required: 'an agreement between the two, in this direction',
    found: '{agreement}, which is not from {found} to {party}',
    change: 'Name an agreement that is between the two, or have {agreement} joined or amended.',
    topic: 'parties',
  },
  'agreement-not-in-force': {
    required: 'an agreement in force',
    found: '{agreement}: {found}',
    change: 'Wait until {agreement} is in force.',
    topic: 'state',
  },
  'agreement-expired': {
    required: 'an agreement in its term',
    found: '{agreement}, which ended on {found}',
    change: 'Have {agreement} renewed.',
    topic: 'term',
  },
  'agreement-suspended': {
    required: 'an agreement that is not suspended',
    found: '{agreement}, suspended {found}',
    change: 'Wait until the suspension of {agreement} is lifted.',
    topic: 'state',
  },
  'agreement-terminated': {
    required: 'an agreement that was not terminated',
    found: '{agreement}: {found}',
    change: 'Conclude a new agreement: what remains of {agreement} only binds what was already sent.',
    topic: 'state',
  },
  'purpose-not-covered': {
    required: 'one of the purposes {required}',
    found: '{subject}',
    change: 'State the purpose that is true if it is one of these, or have {agreement} amended.',
    topic: 'purposes',
  },
  'category-not-covered': {
    required: 'one of the categories {required}',
    found: '{subject}',
    change: 'Have {agreement} amended to cover {subject}.',
    topic: 'categories',
  },
  'above-ceiling': {
    required: 'at most level {required} for {subject}',
    found: 'level {found}',
    change: 'Send what is marked lower, or have the ceiling of {agreement} raised.',
    topic: 'ceiling',
  },
  'marking-not-covered': {
    required: 'a marking in the table of {agreement}',
    found: '{subject}, for which it has no row',
    change: 'Have a row for {subject} added to {agreement}.',
    topic: 'table',
  },
  'above-clearance': {
    required: 'a reader cleared to level {required}',
    found: 'one cleared to level {found}',
    change: 'Name a reader who is cleared to the level, or send what is marked lower.',
  },
  'nationality-not-covered': {
    required: 'a reader with nationalities of {required} and no others',
    found: '{found}',
    change: 'State a reader who is a national of these, or have {agreement} amended.',
    topic: 'nationals',
  },
  'third-party-not-consented': {
    required: 'consent of {subject}, whose information it is, to pass it on to {party}',
    found: 'no agreement in force by which {subject} sends it to {found} and lets it be passed on to {party}',
    change: 'Ask {subject} to send it, or to consent to {party} in its agreement with {found}.',
  },
  'legal-basis-not-covered': {
    required: 'one of the legal bases {required}',
    found: '{found}',
    change: 'State the legal basis that is true if it is one of these, or have {agreement} amended.',
    topic: 'legal-basis',
  },
  'need-to-know-not-stated': {
    required: 'a stated need-to-know',
    found: 'none',
    change: 'State the reference of the case, contract or visit that {party} needs it for.',
    topic: 'need-to-know',
  },
  'retention-not-covered': {
    required: 'retention that ends by {required}',
    found: '{found}',
    change: 'Have the label end retention by then.',
    topic: 'retention',
  },
  'national-restriction': {
    required: 'nothing that the national rules forbid',
    found: '{subject}, which forbids it',
    change: 'Meet the rule, or ask its party to change it: {found}.',
  },
  'national-module-failed': {
    required: 'national rules that can be asked',
    found: '{subject}: {found}',
    change: 'Have {subject} correct its module; until then nothing passes that it would be asked about.',
  },
  'no-recipient': {
    required: 'at least one recipient',
    found: 'none',
    change: 'Name a recipient.',
  },
} as const satisfies Record<string, Wording>

export type GroundCode = keyof typeof grounds
export const groundCodes = Object.keys(grounds) as readonly GroundCode[]

export function wordingOf(code: GroundCode): Wording {
  return grounds[code]
}

/** One reason for a denial. `party` is the receiver it concerns, `subject` what in the label or the rules. */
export const ground = record({
  code: field(1, oneOf(...groundCodes)),
  party: field(2, text(32)),
  subject: field(3, text(400)),
  required: optional(4, text(4000)),
  found: optional(5, text(4000)),
  agreement: optional(6, text(64)),
  article: optional(7, text()),
})

export type Ground = Of<typeof ground>

/** By receiver, then code, then subject: one order for one set. */
export function compareGrounds(a: Ground, b: Ground): number {
  return compareNames(a.party, b.party) || compareNames(a.code, b.code) || compareNames(a.subject, b.subject)
}

/** The ground as ledgers record it: one line of at most 500 characters, though a subject may be longer than what is left of them. */
export function groundLine({ code, party, subject }: Ground): string {
  return `${code} ${party}: ${subject}`.slice(0, 500)
}
