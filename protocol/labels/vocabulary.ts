/** Answers for the words in which markings are written: every issuer's spellings, its designators, and the codes of parties. */
import type { PartyId } from '../names.ts'
import {
  type Combination,
  type Designator,
  type Designators,
  shippedDesignators,
} from '../policy/designators.ts'
import type { Rules } from '../policy/rules.ts'
import type { Marking, Scheme } from '../policy/scheme.ts'
import { shippedCodes, shippedLanguages, shippedSchemes } from '../policy/shipped.ts'
import { type Index, indexed } from './fold.ts'

export interface Vocabulary {
  readonly rules: Rules
  readonly issuers: ReadonlyMap<PartyId, IssuerWords>
  /** Other codes of parties: alpha-2, and those in use elsewhere. */
  readonly codes: ReadonlyMap<string, PartyId>
}

export interface IssuerWords {
  readonly issuer: PartyId
  readonly spellings: Index<Spelling>
  readonly designators: Index<readonly Designator[]>
  readonly byName: ReadonlyMap<string, Designator>
  readonly languages: ReadonlyMap<string, string>
}

/** One way to write a marking. */
export interface Spelling {
  readonly written: string
  readonly marking: Marking
  readonly isAbbreviation: boolean
  /** What the spelling says beside the marking: `CTS-A`. */
  readonly with: readonly Designator[]
}

/**
 * The schemes of the rules, and for issuers that those lack, the ones that come with the program: a word does not become
 * one issuer's alone because a registry is small. What is found of an issuer that the rules lack is refused afterwards.
 */
export function vocabularyFrom(rules: Rules): Vocabulary {
  const schemes = new Map(shippedSchemes().map((scheme) => [scheme.issuer, scheme]))
  for (const [issuer, { scheme }] of rules.schemes) schemes.set(issuer, scheme)
  const designators = shippedDesignators()
  const languages = shippedLanguages()
  const wordsOf = (scheme: Scheme): IssuerWords => ({
    ...issuerWords(scheme, withOwnCaveats(scheme, designators.get(scheme.issuer))),
    languages: languages.get(scheme.issuer) ?? new Map<string, string>(),
  })
  return {
    rules,
    issuers: new Map([...schemes].map(([issuer, scheme]) => [issuer, wordsOf(scheme)])),
    codes: shippedCodes(),
  }
}

function issuerWords(
  { issuer, markings }: Scheme,
  { designators, combinations }: Designators,
): Omit<IssuerWords, 'languages'> {
  const byName = new Map(designators.map((each) => [each.name, each]))
  const named = (names: readonly string[]) => names.flatMap((name) => byName.get(name) ?? [])
  const joined = combinations.filter(({ marking }) => marking === undefined)
  return {
    issuer,
    byName,
    spellings: indexed(
      markings.flatMap((marking) =>
        spellingsOf(marking, combinations, named).map((each) => [each.written, each] as const),
      ),
    ),
    designators: indexed<readonly Designator[]>([
      ...designators.flatMap((each) => writings(each).map((written) => [written, [each]] as const)),
      ...joined.flatMap((each) => each.written.map((written) => [written, named(each.designators)] as const)),
    ]),
  }
}

function spellingsOf(
  marking: Marking,
  combinations: readonly Combination[],
  named: (names: readonly string[]) => readonly Designator[],
): readonly Spelling[] {
  const alone = { marking, with: [] }
  const combined = combinations.filter((each) => each.marking === marking.forms[0])
  return [
    ...marking.forms.map((written) => ({ ...alone, written, isAbbreviation: false })),
    ...marking.abbreviations.map((written) => ({ ...alone, written, isAbbreviation: true })),
    ...combined.flatMap((each) =>
      each.written.map((written) => ({
        written,
        marking,
        isAbbreviation: !written.includes(' '),
        with: named(each.designators),
      })),
    ),
  ]
}

function writings({ name, forms, abbreviations }: Designator): readonly string[] {
  return [...new Set([name, ...forms, ...abbreviations])]
}

/** A registry's scheme may have caveats of its own: they are written by their names. */
function withOwnCaveats({ caveats }: Scheme, shipped: Designators | undefined): Designators {
  const known = shipped?.designators ?? []
  const own = caveats.filter(({ name }) => !known.some((each) => each.name === name))
  return {
    combinations: shipped?.combinations ?? [],
    designators: [
      ...known,
      ...own.map(({ name, rule, parties }) => ({
        ...{ name, rule, parties, kind: 'caveat' as const, forms: [name], abbreviations: [] },
        ...{ verified: true, source: [] },
      })),
    ],
  }
}
