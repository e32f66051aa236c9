/** Answers for whom a label of somebody else releases to, when it says so and when it does not. */
import { Rejected } from '../errors.ts'
import type { Releasability } from '../label.ts'
import type { PartyId } from '../names.ts'
import type { Designator } from '../policy/designators.ts'

/**
 * Where it is not stated: those whom every caveat leaves, or else the issuer alone, a state for itself and an
 * organisation for its members. What a caveat excludes cannot be released to all the same.
 */
export function audienceOf(
  issuer: PartyId,
  designators: readonly Designator[],
  stated: Releasability | undefined,
): Releasability {
  const limits = designators.filter(({ rule }) => rule === 'only-parties').map(({ parties }) => parties)
  if (stated === undefined) {
    const [first = [issuer], ...others] = limits
    return first.filter((party) => others.every((parties) => parties.includes(party)))
  }
  const isWithin = (parties: readonly PartyId[]) =>
    stated !== 'unrestricted' && stated.every((party) => parties.includes(party))
  if (limits.every(isWithin)) return stated
  throw new Rejected('bad-label', 'it is released to somebody whom a caveat beside it excludes')
}

export function namesOf(designators: readonly Designator[], kind: Designator['kind']): readonly string[] {
  return designators.filter((each) => each.kind === kind).map(({ name }) => name)
}
