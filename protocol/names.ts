/** Answers for names as they go into signed objects: one spelling each, so that equality of strings is equality of things. */
import { type Codec, list, text } from './codec.ts'
import { Rejected } from './errors.ts'

/** ISO 3166-1 alpha-3, or the code of an organisation: `EST`, `NATO`, `NATO-NOS`. */
export type PartyId = string
/** Unix time. */
export type Seconds = number

function named(max: number, what: string, fits: (value: string) => boolean): Codec<string> {
  const item = text(max)
  const read: Codec<string>['read'] = (value, path) => {
    const name = item.read(value, path)
    if (!fits(name)) throw new Rejected('malformed-structure', `${path}: ${what} expected`)
    return name
  }
  return { read, write: (name) => read(name, '$') }
}

const id = /^[A-Z][A-Z0-9-]{1,31}$/
const token = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** The id of a party, of a group of parties, or of an issuer of markings. */
export const partyId: Codec<PartyId> = named(32, 'party id', (name) => id.test(name))
/** The id of an agreement, a purpose or a category: ASCII, no spaces. */
export const tokenName: Codec<string> = named(64, 'token', (name) => token.test(name))
/** A line in any script, in canonical form: a title, an article. */
export const line: Codec<string> = named(200, 'canonical text', isCanonical)
/** A name in any script: a line without the separators of the written label. */
export const words: Codec<string> = named(
  160,
  'canonical name',
  (name) => isCanonical(name) && !name.includes('//') && !name.includes(','),
)

/** Invisible or direction-changing characters, and every space but U+0020: two texts that look alike must be alike. */
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{Default_Ignorable_Code_Point}/u

/** NFC, no hidden characters, no lone surrogates, single inner spaces and none at the ends. */
export function isCanonical(name: string): boolean {
  return (
    name.isWellFormed() &&
    name === name.normalize('NFC') &&
    !hidden.test(name) &&
    name === name.trim() &&
    !name.includes('  ')
  )
}

/** Order of the code points, which is the order of the UTF-8 bytes: the same in every language. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1
  }
  return a.length - b.length
}

/** UTF-16 puts surrogates before U+E000, though what they stand for comes after all the rest. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** A set, on the wire an array that ascends strictly; `write` sorts. */
export function setOf(item: Codec<string>, min = 0, max = 256): Codec<readonly string[]> {
  const items = list(item, min, max)
  return {
    read: (value, path) => {
      const names = items.read(value, path)
      if (names.every((name, i) => i === 0 || compareNames(names[i - 1] ?? '', name) < 0)) return names
      throw new Rejected('malformed-structure', `${path}: strictly ascending names expected`)
    },
    write: (names) => items.write([...new Set(names)].sort(compareNames)),
  }
}
