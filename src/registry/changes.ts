/** Answers for what a ledger says of a version of the registry: whose keys it changed, and who came and went. */
import { differingKeys } from '../../protocol/key-changes.ts'
import type { PartyId } from '../../protocol/names.ts'
import type { Party, RegistryDocument } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'

/** Named are so many; a thousand would be more than a record may say. */
const mostNamed = 40

/** `undefined` when it changed nothing of this. */
export function changesOf(before: RegistryDocument, after: RegistryDocument): string | undefined {
  const [old, now] = [partiesOf(before), partiesOf(after)]
  const changed = after.parties.flatMap(({ id, keys }) => {
    const count = differingKeys(old.get(id)?.keys ?? keys, keys).length
    return count === 0 ? [] : [`${id} ${count}`]
  })
  const parts = [
    named('keys changed', changed),
    named(
      'parties added',
      [...now.keys()].filter((id) => !old.has(id)),
    ),
    named(
      'parties removed',
      [...old.keys()].filter((id) => !now.has(id)),
    ),
    rootsDigest(before.roots) === rootsDigest(after.roots) ? [] : ['roots changed'],
  ].flat()
  return parts.length === 0 ? undefined : parts.join('; ')
}

function partiesOf({ parties }: RegistryDocument): ReadonlyMap<PartyId, Party> {
  return new Map(parties.map((party) => [party.id, party]))
}

function named(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return [`${what}: ${names.slice(0, mostNamed).join(', ')}${more}`]
}
