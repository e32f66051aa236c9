/** Answers for an issuer's markings: each dated, each an interval of the common scale, each with where it is known from. */
import { boolean, type Codec, field, list, type Of, oneOf, optional, record, seconds } from '../codec.ts'
import { Rejected } from '../errors.ts'
import { partyId, type Seconds, setOf, tokenName, words } from '../names.ts'
import { type Level, level } from './level.ts'

const markingShape = record({
  /** Every spelling that the issuer itself uses, its languages beside each other; the first is printed. */
  forms: field(1, list(words, 1, 16)),
  low: field(2, level),
  high: field(3, level),
  /** In force at t when from ≤ t < until. */
  from: optional(4, seconds),
  until: optional(5, seconds),
  /** Short spellings, for people; never in a label. */
  abbreviations: field(6, list(words, 0, 16)),
  /** False: a handling marking, no classification in the issuer's law. */
  classification: field(7, boolean),
  /** Whether the marking was seen in a source, in what kind of source, and in which. */
  verified: field(8, boolean),
  verification: field(9, oneOf('primary', 'treaty', 'secondary', 'recall')),
  source: field(10, setOf(tokenName)),
})

export type Marking = Of<typeof markingShape>

const marking: Codec<Marking> = {
  read: (value, path) => {
    const read = markingShape.read(value, path)
    if (read.low > read.high) throw new Rejected('malformed-structure', `${path}: low ≤ high expected`)
    return read
  },
  write: (value) => markingShape.write(value),
}

/** What must hold for a caveat to be met. `handling` asks nothing of a gateway: it binds people. */
const caveat = record({
  name: field(1, words),
  rule: field(2, oneOf('handling', 'originator-sends', 'only-parties', 'only-purposes')),
  /** Parties or groups of `only-parties`. */
  parties: field(3, setOf(partyId)),
  /** Purposes of `only-purposes`. */
  purposes: field(4, setOf(tokenName)),
})

export type Caveat = Of<typeof caveat>

export const scheme = record({
  issuer: field(1, partyId),
  markings: field(2, list(marking, 1, 256)),
  caveats: field(3, list(caveat, 0, 256)),
})

export type Scheme = Of<typeof scheme>

export function isInForce(
  dated: { readonly from?: Seconds; readonly until?: Seconds },
  at: Seconds,
): boolean {
  return (dated.from === undefined || dated.from <= at) && (dated.until === undefined || at < dated.until)
}

/** Out: what the marking may be worth at most. */
export function levelOut(own: Marking): Level {
  return own.high
}

/** In: the smallest marking in force that is worth at least the level. None: the issuer cannot protect it. */
export function markingFor({ markings }: Scheme, wanted: Level, at: Seconds): Marking | undefined {
  let smallest: Marking | undefined
  for (const own of markings) {
    const isEnough = isInForce(own, at) && own.low >= wanted
    if (isEnough && (smallest === undefined || isSmaller(own, smallest))) smallest = own
  }
  return smallest
}

function isSmaller(a: Marking, b: Marking): boolean {
  if (a.high !== b.high) return a.high < b.high
  return a.low === b.low ? a.classification && !b.classification : a.low < b.low
}
