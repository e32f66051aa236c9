/** Answers for taking a line apart: its segments and what stands in them, each with its place, and no character hidden. */
import { Rejected } from '../errors.ts'
import { isCanonical } from '../names.ts'

export interface Piece {
  readonly text: string
  /** Of its first character in the line, from 1, as people count. */
  readonly place: number
}

const maxCharacters = 1000

/** The parts between `//`. One at the very beginning, which says that the marking is a foreign one, adds nothing. */
export function segmentsOf(line: Piece): readonly Piece[] {
  requireVisible(line)
  const start = /^ *\/\//.exec(line.text)?.[0].length ?? 0
  const segments = split(after(line, start), '//')
  const empty = segments.find(({ text }) => text === '')
  if (empty !== undefined) throw new Rejected('bad-label', `character ${empty.place}: nothing between //`)
  return segments
}

/** Without the spaces around each. */
export function split({ text, place }: Piece, separator: string | RegExp): readonly Piece[] {
  let rest = text
  return text.split(separator).map((part) => {
    const at = rest.indexOf(part)
    const before = characters(text) - characters(rest)
    rest = rest.slice(at + part.length)
    return trimmed({ text: part, place: place + before + at })
  })
}

function trimmed({ text, place }: Piece): Piece {
  const start = text.length - text.trimStart().length
  return { text: text.trim(), place: place + start }
}

/** From a place in the piece on. */
export function after({ text, place }: Piece, end: number): Piece {
  return trimmed({ text: text.slice(end), place: place + characters(text.slice(0, end)) })
}

/** Where a word may end that begins the text: the longest first. */
export function wordEnds(text: string): readonly number[] {
  const spaces = Array.from(text.matchAll(/ /g), ({ index }) => index).slice(0, maxWords)
  return [text.length, ...spaces.reverse()]
}

/** No marking has more. */
const maxWords = 12

function characters(text: string): number {
  return Array.from(text).length
}

/** Two lines that look alike are to be alike. */
function requireVisible({ text, place }: Piece): void {
  const all = Array.from(text)
  if (all.length > maxCharacters) throw new Rejected('bad-label', `more than ${maxCharacters} characters`)
  const hidden = all.findIndex((character) => character !== ' ' && !isCanonical(character))
  if (hidden >= 0) throw new Rejected('bad-label', `character ${place + hidden} is one that does not show`)
}
