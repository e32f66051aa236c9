/** Answers for what follows the marking: compartments, caveats and whom it is released to. Nothing of it is passed over. */
import { Rejected } from '../errors.ts'
import type { Releasability } from '../label.ts'
import type { PartyId } from '../names.ts'
import type { Designator } from '../policy/designators.ts'
import { found, requireNoLookalike } from './fold.ts'
import { after, type Piece, split, wordEnds } from './pieces.ts'
import { partyBy, releasedTo } from './release.ts'
import type { IssuerWords, Vocabulary } from './vocabulary.ts'

export interface Statements {
  readonly designators: readonly Designator[]
  /** Absent where the line does not say. */
  readonly releasability?: Releasability
}

interface Collected {
  readonly designators: Designator[]
  readonly releases: Releasability[]
}

/** `rest` is what stands behind the marking in its own segment, as in `COSMIC TOP SECRET ATOMAL`. */
export function readStatements(
  rest: Piece,
  segments: readonly Piece[],
  words: IssuerWords,
  vocabulary: Vocabulary,
): Statements {
  const into: Collected = { designators: [], releases: [] }
  readRow(rest, words, vocabulary, into)
  for (const segment of segments) readSegment(segment, words, vocabulary, into)
  const [releasability, ...more] = into.releases
  if (more.length > 0) throw new Rejected('bad-label', 'it says twice whom it is released to')
  return { designators: into.designators, ...(releasability !== undefined && { releasability }) }
}

/** Words in a row, with only spaces between. */
function readRow(row: Piece, words: IssuerWords, vocabulary: Vocabulary, into: Collected): void {
  let rest = row
  while (rest.text !== '') {
    const release = releasedTo(rest, vocabulary)
    if (release !== undefined) return void into.releases.push(release)
    const end = wordEnds(rest.text).find((each) => found(words.designators, rest.text.slice(0, each)).length)
    add(rest, end ?? rest.text.length, words, into)
    rest = after(rest, end ?? rest.text.length)
  }
}

/** `SI/TK`, `REL TO USA, GBR`, `ORCON/REL TO USA, GBR`, `REL AUS/GBR`; and `COMP …`, `CAVEAT …` of the written label. */
function readSegment(segment: Piece, words: IssuerWords, vocabulary: Vocabulary, into: Collected): void {
  const [prefix] = /^(?:COMP|CAVEAT) /.exec(segment.text) ?? []
  if (prefix !== undefined) {
    for (const name of split(after(segment, prefix.length), ',')) add(name, name.text.length, words, into)
    return
  }
  let names: PartyId[] | undefined
  for (const piece of split(segment, '/')) {
    const release = releasedTo(piece, vocabulary)
    const party = names && partyBy(piece.text, vocabulary)
    if (release !== undefined) {
      names = typeof release === 'string' || release.length === 0 ? undefined : [...release]
      into.releases.push(names ?? release)
    } else if (names !== undefined && party !== undefined) {
      requireNoDesignator(piece, words)
      names.push(party)
    } else {
      names = undefined
      add(piece, piece.text.length, words, into)
    }
  }
}

/** After `REL USA/`, `SI` may be Slovenia, and it may be a compartment. */
function requireNoDesignator({ text, place }: Piece, { designators }: IssuerWords): void {
  if (found(designators, text).length === 0) return
  throw new Rejected('ambiguous-marking', `character ${place}: a party, or a word of the issuer`)
}

function add({ text, place }: Piece, end: number, words: IssuerWords, into: Collected): void {
  const word = text.slice(0, end)
  const [meant, ...others] = found(words.designators, word)
  if (meant === undefined) {
    requireNoLookalike(words.designators, word, place)
    throw new Rejected(
      'unknown-segment',
      `character ${place}: ${words.issuer} has nothing that is written so`,
    )
  }
  if (others.some((other) => other[0]?.name !== meant[0]?.name)) {
    throw new Rejected('ambiguous-marking', `character ${place}: it may mean several things`)
  }
  if (meant.some(({ kind }) => kind === 'refused')) {
    throw new Rejected('unknown-segment', `character ${place}: no label can say it`)
  }
  if (meant.some((each) => into.designators.includes(each))) {
    throw new Rejected('bad-label', `character ${place}: said twice`)
  }
  into.designators.push(...meant)
}
