/**
 * Answers for finding a word that was written otherwise: without its accents, in small letters, with another dash. Folded
 * text is for looking up and for nothing else; what is found is the issuer's own spelling.
 */
import { Rejected } from '../errors.ts'

/**
 * One key for all writings of a word that its readers take for the same. Small letters are made without a locale and the
 * Turkish İ and ı become i, so that no letter depends on where the program runs. Marks of scripts in which they are letters
 * of their own, such as Devanagari, stay.
 */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replaceAll('ς', 'σ')
    .replaceAll(/\p{Pd}/gu, '-')
}

/** Small letters of Cyrillic and Greek, each with the Latin one that it, or its capital, is taken for. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  (
    'аa вb сc ԁd еe һh нh іi јj кk ӏl мm оo пn рp ԛq ѕs тt ѵv ԝw хx уy үy ' +
    'αa βb εe ζz ηh ιi κk μm νn οo ρp τt υy χx γy ϲc ϳj'
  )
    .split(' ')
    .map(([theirs = '', latin = '']) => [theirs, latin]),
)

/** Two folded texts with one skeleton look alike. */
export function skeleton(foldedText: string): string {
  return Array.from(foldedText, (letter) => lookalikes.get(letter) ?? letter).join('')
}

export interface Index<T> {
  readonly byFolded: ReadonlyMap<string, readonly T[]>
  /** Skeleton → the spellings that have it. */
  readonly bySkeleton: ReadonlyMap<string, readonly string[]>
}

export function indexed<T>(entries: readonly (readonly [spelling: string, item: T])[]): Index<T> {
  const byFolded = new Map<string, T[]>()
  const bySkeleton = new Map<string, string[]>()
  for (const [spelling, item] of entries) {
    const key = folded(spelling)
    put(byFolded, key, item)
    put(bySkeleton, skeleton(key), spelling)
  }
  return { byFolded, bySkeleton }
}

function put<T>(map: Map<string, T[]>, key: string, item: T): void {
  const earlier = map.get(key)
  if (earlier === undefined) map.set(key, [item])
  else earlier.push(item)
}

const nothing: readonly never[] = []

export function found<T>(index: Index<T>, text: string): readonly T[] {
  return foundBy(index, folded(text))
}

/** By a key that is folded already. */
export function foundBy<T>({ byFolded }: Index<T>, key: string): readonly T[] {
  return byFolded.get(key) ?? nothing
}

/**
 * Refuses text that looks like a word of the index and is not it (`confusable-letters`); the detail says which character
 * of the text should be another. `place` is that of its first character in the line, from 1.
 */
export function requireNoLookalike(index: Index<unknown>, text: string, place: number): void {
  const [wanted] = index.bySkeleton.get(skeleton(folded(text))) ?? nothing
  if (wanted === undefined || folded(wanted) === folded(text)) return
  const { position, letter } = firstDifference(text, folded(wanted))
  throw new Rejected('confusable-letters', `character ${place + position} should be ${letter}`)
}

/** Positions count characters, as people do, and not the units of UTF-16. */
function firstDifference(text: string, wanted: string): { position: number; letter: string } {
  let key = ''
  for (const [position, character] of Array.from(text).entries()) {
    const before = key.length
    key += folded(character)
    if (wanted.startsWith(key)) continue
    const letter = Array.from(wanted.slice(before))[0] ?? ''
    const code = letter.toUpperCase().codePointAt(0) ?? 0
    return { position, letter: `U+${code.toString(16).toUpperCase().padStart(4, '0')}` }
  }
  return { position: 0, letter: 'other' }
}
