/** Answers for a confidentiality label and a label meaning the same: all of it has its counterpart, or it is refused. */
import { Rejected } from '../errors.ts'
import { canonicalLabel, type Label } from '../label.ts'
import type { Seconds } from '../names.ts'
import { isInForce, type Marking } from '../policy/scheme.ts'
import { markingAt } from '../policy/rules.ts'
import { audienceOf, namesOf } from './audience.ts'
import { categoriesOf, readCategories } from './categories.ts'
import { type ConfidentialityLabel, dateTimeOf, type Role, secondsOf } from './confidentiality-label.ts'
import { found } from './fold.ts'
import type { IssuerWords, Spelling, Vocabulary } from './vocabulary.ts'

/** Identifiers of policies that are known; another one for the same name is refused. */
const policyUris: Readonly<Record<string, string>> = { NATO: 'urn:oid:1.3.26.1.3.1' }

/** Its date is that of its creation. A review date asks people to look again, and ends nothing: it is not kept in the label. */
export function labelFrom(foreign: ConfidentialityLabel, vocabulary: Vocabulary): Label {
  const words = wordsOf(foreign.policy, vocabulary)
  const uri = Object.hasOwn(policyUris, words.issuer) ? policyUris[words.issuer] : undefined
  if (uri !== undefined && foreign.policyUri !== undefined && foreign.policyUri !== uri) {
    throw new Rejected('unmappable-label', `PolicyIdentifier: not the URI of ${words.issuer}`)
  }
  const at = secondsOf(foreign.created)
  const marking = markingFrom(foreign.classification, words, at)
  const { designators, releasability } = readCategories(foreign.categories, words, vocabulary, at)
  return canonicalLabel({
    policy: words.issuer,
    marking,
    at,
    compartments: namesOf(designators, 'compartment'),
    caveats: namesOf(designators, 'caveat'),
    releasability: audienceOf(words.issuer, designators, releasability),
  })
}

function wordsOf(policy: string, { issuers, rules }: Vocabulary): IssuerWords {
  // Beyond ASCII, capitals of other letters would do: those of ı are I.
  const words = /^[A-Za-z0-9-]+$/.test(policy) ? issuers.get(policy.toUpperCase()) : undefined
  if (words !== undefined && rules.schemes.has(words.issuer)) return words
  throw new Rejected('unknown-marking', 'PolicyIdentifier: the registry has no markings of it')
}

/** The policy's name goes without saying: SECRET of NATO is NATO SECRET, and TOP SECRET is COSMIC TOP SECRET. */
function markingFrom(classification: string, { issuer, spellings }: IssuerWords, at: Seconds): string {
  const written = ['', `${issuer} `, ...(issuer === 'NATO' ? ['COSMIC '] : [])].map(
    (prefix) => `${prefix}${classification}`,
  )
  const isForm = (each: Spelling) => !each.isAbbreviation && each.with.length === 0
  const meant = written.flatMap((each) => found(spellings, each)).filter(isForm)
  const live = meant.filter(({ marking }) => isInForce(marking, at))
  const [first] = live
  if (first === undefined) {
    throw new Rejected(meant.length > 0 ? 'marking-not-in-force' : 'unknown-marking', `of ${issuer}`)
  }
  if (live.some(({ marking }) => marking !== first.marking)) {
    throw new Rejected('ambiguous-marking', `of ${issuer}`)
  }
  return (live.find((each) => written.includes(each.written)) ?? first).written
}

/** `review`: when people are to look at it again; ADatP-4774 wants one. Throws `unmappable-label`. */
export function confidentialityLabelFrom(
  label: Label,
  vocabulary: Vocabulary,
  role: Role,
  review: Seconds,
): ConfidentialityLabel {
  const words = wordsOf(label.policy, vocabulary)
  const scheme = vocabulary.rules.schemes.get(label.policy)
  const marking = scheme && markingAt(scheme, label.marking, label.at)
  if (marking === undefined)
    throw new Rejected('unknown-marking', `of ${label.policy}, on the day of the label`)
  requireSayable(label)
  const policyUri = Object.hasOwn(policyUris, label.policy) ? policyUris[label.policy] : undefined
  return {
    role,
    policy: label.policy,
    ...(policyUri !== undefined && { policyUri }),
    classification: classificationOf(label, marking),
    categories: categoriesOf(label, words, vocabulary),
    created: dateTimeOf(label.at),
    review: dateTimeOf(review),
  }
}

function requireSayable({ originator, reference, retainUntil }: Label): void {
  const said = { originator, reference, retainUntil }
  for (const [name, value] of Object.entries(said)) {
    if (value !== undefined)
      throw new Rejected('unmappable-label', `${name} has no counterpart in ADatP-4774`)
  }
}

/** The NATO policy has its values in English, without the name of the policy. */
function classificationOf({ policy, marking: form }: Label, { forms }: Marking): string {
  return policy === 'NATO' ? (forms[0] ?? form).replace(/^(NATO|COSMIC) /, '') : form
}
