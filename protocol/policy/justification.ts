/** Answers for what a sender states beside label and purpose: need-to-know, legal basis, and who is to read it. */
import { type Codec, field, type Of, optional, record } from '../codec.ts'
import { Rejected } from '../errors.ts'
import { partyId, setOf, tokenName } from '../names.ts'
import { level } from './level.ts'

/** The person it is meant for, by what the agreement asks of readers and by nothing that names them. */
const reader = record({
  /** The highest level that the reader's clearance opens. */
  clearance: field(1, level),
  /** Every nationality that the reader holds. */
  nationalities: field(2, setOf(partyId, 1, 8)),
})

export type Reader = Of<typeof reader>

const members = record({
  /** The sender's reference to why the receiver needs it: a case, a contract, a visit. */
  needToKnow: optional(1, tokenName),
  /** The rule of law it is sent under, by the agreement's name for it. */
  legalBasis: optional(2, tokenName),
  reader: optional(3, reader),
})

export type Justification = Of<typeof members>

/** Whoever states nothing leaves it out: there is one way to write that. */
export const justification: Codec<Justification> = {
  read: (value, path) => stated(members.read(value, path), path),
  write: (value) => members.write(stated(value, '$')),
}

function stated(read: Justification, path: string): Justification {
  if (justificationOf(read) !== undefined) return read
  throw new Rejected('malformed-structure', `${path}: something stated expected`)
}

/** What is stated, of whatever else has it; `undefined` when nothing is. */
export function justificationOf({
  needToKnow,
  legalBasis,
  reader,
}: Justification): Justification | undefined {
  const stated = {
    ...(needToKnow !== undefined && { needToKnow }),
    ...(legalBasis !== undefined && { legalBasis }),
    ...(reader !== undefined && { reader }),
  }
  return Object.keys(stated).length === 0 ? undefined : stated
}
