/** Answers for the classification label, the part of an envelope that every gateway reads and decides on (label.md). */
import { type Codec, field, type Of, optional, record, seconds } from './codec.ts'
import { Rejected } from './errors.ts'
import { type PartyId, partyId, type Seconds, setOf, words } from './names.ts'

/** Whom the originator releases it to. The empty set is nobody; there is no default. */
export type Releasability = 'unrestricted' | readonly string[]

const names = setOf(partyId)

const releasability: Codec<Releasability> = {
  read: (value, path) => (value === 'unrestricted' ? value : names.read(value, path)),
  write: (value) => (value === 'unrestricted' ? value : names.write(value)),
}

export const label = record({
  /** Whose marking it is. A marking means nothing without its issuer. */
  policy: field(1, partyId),
  /** One of the issuer's markings, letter for letter. */
  marking: field(2, words),
  /** When it was marked: the marking, its level and the members of groups are read as of then. */
  at: field(3, seconds),
  /** Categories that the receiver must hold beside the level: sets, never ranks. */
  compartments: field(4, setOf(words)),
  releasability: field(5, releasability),
  /** Further conditions by the issuer's names for them; every one must be known and hold. */
  caveats: field(6, setOf(words)),
  /** Whose information it is, when that is not the sender. */
  originator: optional(7, partyId),
  /** The originator's own reference. */
  reference: optional(8, words),
  /** The end of retention: nobody may hold it, so nobody may send it, from then on. */
  retainUntil: optional(9, seconds),
})

export type Label = Of<typeof label>

/**
 * The label as one line: `NATO SECRET//COMP ATOMAL//REL TO EST, NLD//CAVEAT ORCON`. The issuer stands before a colon
 * unless the marking begins with it. Date, originator, reference and retention are not in the line.
 */
export function printLabel({ policy, marking, compartments, releasability, caveats }: Label): string {
  const segments = [
    printMarking(policy, marking),
    ...(compartments.length === 0 ? [] : [`COMP ${compartments.join(', ')}`]),
    printReleasability(releasability),
    ...(caveats.length === 0 ? [] : [`CAVEAT ${caveats.join(', ')}`]),
  ]
  return segments.join('//')
}

/** A marking with its issuer in front, unless it begins with it: `NATO SECRET`, `EST:SALAJANE`. */
export function printMarking(issuer: PartyId, marking: string): string {
  return marking.startsWith(`${issuer} `) ? marking : `${issuer}:${marking}`
}

function printReleasability(to: Releasability): string {
  if (to === 'unrestricted') return 'UNRESTRICTED'
  return to.length === 0 ? 'REL TO nobody' : `REL TO ${to.join(', ')}`
}

const written =
  /^(?:([A-Z][A-Z0-9-]+):)?(.+?)(?:\/\/COMP (.+?))?\/\/(?:(UNRESTRICTED)|REL TO (.+?))(?:\/\/CAVEAT (.+))?$/u

/** Reads what `printLabel` writes, its names in any order. Throws `bad-label`. */
export function parseLabel(line: string, at: Seconds): Label {
  const [, policy, marking = '', compartments, open, releasedTo, caveats] = written.exec(line) ?? []
  return canonicalLabel({
    policy: policy ?? marking.split(' ', 1)[0] ?? '',
    marking,
    at,
    compartments: split(compartments),
    releasability:
      open === undefined ? split(releasedTo === 'nobody' ? undefined : releasedTo) : 'unrestricted',
    caveats: split(caveats),
  })
}

function split(names: string | undefined): readonly string[] {
  return names === undefined ? [] : names.split(', ')
}

/** The label as a reader of its bytes has it, its sets in order. Throws `bad-label`. */
export function canonicalLabel(candidate: Label): Label {
  try {
    return label.read(label.write(candidate), '$')
  } catch (cause) {
    if (cause instanceof Rejected) throw new Rejected('bad-label', cause.detail, { cause })
    throw cause
  }
}
