/**
 * Answers for writing a label as its issuer would: the banner line and the portion mark, in a language that the issuer has.
 * What is written reads back as the same label, given the issuer and the day.
 */
import { Rejected } from '../errors.ts'
import type { Label } from '../label.ts'
import { compareNames } from '../names.ts'
import type { Designator } from '../policy/designators.ts'
import { markingAt } from '../policy/rules.ts'
import type { Marking } from '../policy/scheme.ts'
import type { IssuerWords, Vocabulary } from './vocabulary.ts'

/** `TOP SECRET//SI/TK//NOFORN`. In the language, or else in the words of the label. Throws `unknown-marking` and `unknown-segment`. */
export function renderBanner(label: Label, vocabulary: Vocabulary, language?: string): string {
  const { words, marking } = knownMarking(label, vocabulary)
  const form = language === undefined ? label.marking : inLanguage(marking, words, language)
  return [form, ...statementsOf(label, words, ({ forms, name }) => forms[0] ?? name)].join('//')
}

/** `(TS//SI/TK//NF)`: abbreviated where the issuer has an abbreviation. */
export function renderPortion(label: Label, vocabulary: Vocabulary): string {
  const { words, marking } = knownMarking(label, vocabulary)
  const short = marking.abbreviations[0] ?? label.marking
  const statements = statementsOf(label, words, ({ abbreviations, name }) => abbreviations[0] ?? name)
  return `(${[short, ...statements].join('//')})`
}

function knownMarking(
  { policy, marking: form, at }: Label,
  { rules, issuers }: Vocabulary,
): { readonly words: IssuerWords; readonly marking: Marking } {
  const words = issuers.get(policy)
  const scheme = rules.schemes.get(policy)
  const marking = scheme && markingAt(scheme, form, at)
  if (words !== undefined && marking !== undefined) return { words, marking }
  throw new Rejected('unknown-marking', `of ${policy}, on the day of the label`)
}

/** A marking is not translated: it is written in those languages in which its issuer writes it. */
function inLanguage({ forms }: Marking, { issuer, languages }: IssuerWords, language: string): string {
  const wanted = [language, 'mul']
  const form = forms.find((each) => wanted.includes(languages.get(each) ?? 'und'))
  if (form !== undefined) return form
  const known = [...new Set(forms.map((each) => languages.get(each) ?? 'und'))]
  throw new Rejected('unknown-marking', `${issuer} writes it in ${known.join(', ')} only`)
}

function statementsOf(
  label: Label,
  words: IssuerWords,
  write: (designator: Designator) => string,
): readonly string[] {
  const named = (names: readonly string[], kind: Designator['kind']) =>
    names.map((name) => designatorOf(name, kind, words))
  const compartments = named(label.compartments, 'compartment')
  const caveats = named(label.caveats, 'caveat')
  const release = isImplied(label, caveats) ? [] : [printRelease(label)]
  return [compartments.map(write).join('/'), [...caveats.map(write), ...release].join('/')].filter(
    (segment) => segment !== '',
  )
}

/** What nobody could read back is not written. */
function designatorOf(name: string, kind: Designator['kind'], { issuer, byName }: IssuerWords): Designator {
  const designator = byName.get(name)
  if (designator?.kind === kind) return designator
  throw new Rejected('unknown-segment', `${issuer} has no ${kind} ${name}`)
}

/** A caveat such as NOFORN says already whom it may go to, and says it better. */
function isImplied({ releasability }: Label, caveats: readonly Designator[]): boolean {
  const [only, ...others] = caveats.filter(({ rule }) => rule === 'only-parties')
  if (only === undefined || others.length > 0 || releasability === 'unrestricted') return false
  return (
    releasability.length === only.parties.length && releasability.every((id) => only.parties.includes(id))
  )
}

/** The issuer comes first, as is the custom. */
function printRelease({ policy, releasability }: Label): string {
  if (releasability === 'unrestricted') return 'UNRESTRICTED'
  if (releasability.length === 0) return 'REL TO nobody'
  const ownFirst = (a: string, b: string) => Number(b === policy) - Number(a === policy) || compareNames(a, b)
  return `REL TO ${releasability.toSorted(ownFirst).join(', ')}`
}
