/** Answers for banner lines and portion marks, as people write them in every issuer's language: one label each, or a refusal. */
import { Rejected } from '../errors.ts'
import { canonicalLabel, type Label } from '../label.ts'
import type { PartyId, Seconds } from '../names.ts'
import type { Marking } from '../policy/scheme.ts'
import { audienceOf, namesOf } from './audience.ts'
import { readMarking } from './marking.ts'
import { type Piece, segmentsOf } from './pieces.ts'
import { readStatements } from './statements.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface Reading {
  readonly label: Label
  readonly marking: Marking
  /** False: the line does not say whom it is released to, and the label has its issuer alone. */
  readonly isReleaseStated: boolean
}

/** `NATO SECRET//REL TO EST, FIN`. Throws `bad-label` and the codes of refusals.ts; never reads a line in part. */
export function readBanner(line: string, vocabulary: Vocabulary, at: Seconds, issuer?: PartyId): Reading {
  return readSegments(segmentsOf({ text: line, place: 1 }), vocabulary, at, issuer)
}

/** `(S//REL TO USA, GBR)`: a banner line in brackets. */
export function readPortion(mark: string, vocabulary: Vocabulary, at: Seconds, issuer?: PartyId): Reading {
  const [, before = '', text] = /^( *\()(.+)\) *$/u.exec(mark) ?? []
  if (text === undefined) throw new Rejected('bad-label', 'a portion mark stands in ( and )')
  return readSegments(segmentsOf({ text, place: before.length + 1 }), vocabulary, at, issuer)
}

function readSegments(
  [first, ...segments]: readonly Piece[],
  vocabulary: Vocabulary,
  at: Seconds,
  issuer: PartyId | undefined,
): Reading {
  if (first === undefined) throw new Rejected('bad-label', 'an empty line')
  const { words, marking, form, with: own, rest } = readMarking(first, vocabulary, at, issuer)
  const said = readStatements(rest, segments, words, vocabulary)
  const designators = [...own, ...said.designators]
  const label = canonicalLabel({
    policy: words.issuer,
    marking: form,
    at,
    compartments: namesOf(designators, 'compartment'),
    caveats: namesOf(designators, 'caveat'),
    releasability: audienceOf(words.issuer, designators, said.releasability),
  })
  return { label, marking, isReleaseStated: said.releasability !== undefined }
}
