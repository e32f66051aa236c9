/**
 * Answers for the marking at the beginning of a line: whose it is, and which. The key is issuer, spelling and day; a spelling
 * that several issuers have is worth nothing without its issuer.
 */
import { Rejected } from '../errors.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Designator } from '../policy/designators.ts'
import { isInForce, type Marking } from '../policy/scheme.ts'
import { folded, foundBy, requireNoLookalike } from './fold.ts'
import { after, type Piece, wordEnds } from './pieces.ts'
import type { IssuerWords, Spelling, Vocabulary } from './vocabulary.ts'

export interface MarkingRead {
  readonly words: IssuerWords
  readonly marking: Marking
  /** The issuer's own spelling, as a label has it. */
  readonly form: string
  readonly with: readonly Designator[]
  /** What follows it in the segment. */
  readonly rest: Piece
}

interface Candidate {
  readonly words: IssuerWords
  readonly spellings: readonly Spelling[]
  readonly end: number
}

/** Throws `unknown-marking`, `ambiguous-marking`, `marking-not-in-force` and `confusable-letters`. */
export function readMarking(
  segment: Piece,
  vocabulary: Vocabulary,
  at: Seconds,
  issuer: PartyId | undefined,
): MarkingRead {
  const [named, piece] = withoutIssuer(segment, vocabulary, issuer)
  const candidate =
    named === undefined ? onlyCandidate(piece, vocabulary) : candidateOf(piece, named, vocabulary)
  const { words, spellings, end } = candidate
  if (!vocabulary.rules.schemes.has(words.issuer)) {
    throw new Rejected('unknown-marking', `the registry has no markings of ${words.issuer}`)
  }
  const live = spellings.filter(({ marking }) => isInForce(marking, at))
  const [first] = live
  if (first === undefined) throw new Rejected('marking-not-in-force', datesOf(words, spellings))
  requireOne(words, live, first)
  const form = formOf(piece.text.slice(0, end), live, first)
  return { words, form, marking: first.marking, with: first.with, rest: after(piece, end) }
}

/** `EST:SALAJANE` and `EST SALAJANE`: the issuer in front, unless a marking itself begins so (`NATO SECRET`). */
function withoutIssuer(
  segment: Piece,
  { issuers }: Vocabulary,
  given: PartyId | undefined,
): readonly [PartyId | undefined, Piece] {
  const [prefix = '', id = '', sign] = /^([A-Z][A-Z0-9-]{1,31})(:| (?=[^ ]))/.exec(segment.text) ?? []
  const words = given === undefined || given === id ? issuers.get(id) : undefined
  if (words === undefined) return [given, segment]
  if (sign === ' ') {
    const beginnings = beginningsOf(segment)
    if ([...issuers.values()].some((each) => longest(beginnings, each))) return [given, segment]
    requireOwnLetters(segment, words)
  }
  return [id, after(segment, prefix.length)]
}

interface Beginning {
  readonly end: number
  readonly key: string
}

/** Folded once, to be looked for at every issuer. */
function beginningsOf({ text }: Piece): readonly Beginning[] {
  return wordEnds(text).map((end) => ({ end, key: folded(text.slice(0, end)) }))
}

function longest(beginnings: readonly Beginning[], words: IssuerWords): Candidate | undefined {
  for (const { end, key } of beginnings) {
    const spellings = foundBy(words.spellings, key)
    if (spellings.length > 0) return { words, spellings, end }
  }
  return undefined
}

function candidateOf(piece: Piece, issuer: PartyId, { issuers }: Vocabulary): Candidate {
  const words = issuers.get(issuer)
  if (words === undefined) throw new Rejected('unknown-marking', 'the issuer is none that is known')
  const candidate = longest(beginningsOf(piece), words)
  if (candidate !== undefined) return candidate
  requireOwnLetters(piece, words)
  throw new Rejected('unknown-marking', `of ${issuer}`)
}

/** Whichever issuer has the longest spelling; two of them are no answer, whatever stands beside it and whatever the day. */
function onlyCandidate(piece: Piece, { issuers }: Vocabulary): Candidate {
  const beginnings = beginningsOf(piece)
  const all = [...issuers.values()].flatMap((words) => longest(beginnings, words) ?? [])
  const end = Math.max(...all.map((each) => each.end))
  const [candidate, ...others] = all.filter((each) => each.end === end)
  if (candidate === undefined) {
    for (const words of issuers.values()) requireOwnLetters(piece, words)
    throw new Rejected('unknown-marking', 'of no issuer')
  }
  const isInitial = end === 1 && candidate.spellings.every(({ isAbbreviation }) => isAbbreviation)
  if (others.length > 0 || isInitial) {
    const ids = [candidate, ...others].map(({ words }) => words.issuer).sort()
    throw new Rejected('ambiguous-marking', `it may be of ${ids.join(', ')}`)
  }
  return candidate
}

function requireOwnLetters(piece: Piece, { spellings }: IssuerWords): void {
  for (const end of wordEnds(piece.text)) {
    requireNoLookalike(spellings, piece.text.slice(0, end), piece.place)
  }
}

/** What one issuer writes alike on one day must be one thing. */
function requireOne({ issuer }: IssuerWords, live: readonly Spelling[], first: Spelling): void {
  if (live.every((each) => each.marking === first.marking && each.with.length === first.with.length)) return
  const forms = new Set(live.map(({ marking }) => marking.forms[0]))
  throw new Rejected('ambiguous-marking', `of ${issuer}: ${[...forms].join(' or ')}`)
}

function formOf(text: string, live: readonly Spelling[], { marking }: Spelling): string {
  const forms = live.filter((each) => !each.isAbbreviation && each.with.length === 0)
  return (forms.find(({ written }) => written === text) ?? forms[0])?.written ?? marking.forms[0] ?? ''
}

function datesOf({ issuer }: IssuerWords, spellings: readonly Spelling[]): string {
  const day = (at: Seconds) => new Date(at * 1000).toISOString().slice(0, 10)
  const spans = spellings.map(({ marking: { from, until } }) => {
    const since = from === undefined ? '' : ` from ${day(from)}`
    return `in force${since}${until === undefined ? '' : ` until ${day(until)}`}`
  })
  return `of ${issuer}: ${[...new Set(spans)].join(', and ')}`
}
