/** Answers for whom a line releases to: parties by any of their codes, and groups; an unknown one is refused. */
import { Rejected } from '../errors.ts'
import type { Releasability } from '../label.ts'
import type { PartyId } from '../names.ts'
import { folded, skeleton } from './fold.ts'
import { after, type Piece, split } from './pieces.ts'
import type { Vocabulary } from './vocabulary.ts'

const statement = /^(?:REL(?:EASABLE)? TO|REL)(?:: ?| )/i

/** The names after `REL TO`; `undefined` when the piece is no such statement. */
export function releasedTo(piece: Piece, vocabulary: Vocabulary): Releasability | undefined {
  if (folded(piece.text) === 'unrestricted') return 'unrestricted'
  const [prefix] = statement.exec(piece.text) ?? []
  if (prefix === undefined) return undefined
  const names = after(piece, prefix.length)
  if (folded(names.text) === 'nobody') return []
  return split(names, ',').map((name) => partyFrom(name, vocabulary))
}

function partyFrom(name: Piece, vocabulary: Vocabulary): PartyId {
  const party = partyBy(name.text, vocabulary)
  if (party !== undefined) return party
  const key = folded(name.text)
  const code = skeleton(key) === key ? 'unknown-release-name' : 'confusable-letters'
  throw new Rejected(code, `character ${name.place}: no party or group is written so`)
}

/** By its id, or by another code for it; always somebody that the registry knows. */
export function partyBy(text: string, { rules, codes }: Vocabulary): PartyId | undefined {
  if (!/^[A-Za-z][A-Za-z0-9-]+$/.test(text)) return undefined
  const id = text.toUpperCase()
  if (rules.knownNames.has(id)) return id
  const party = codes.get(id)
  return party !== undefined && rules.knownNames.has(party) ? party : undefined
}
