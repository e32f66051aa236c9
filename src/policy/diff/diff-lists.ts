/** Answers for what a version of the registry lists that another does not: parties, keys, groups, agreements, signers. */
import type { RegistryDocument } from '../../../protocol/registry.ts'

/** What is listed, by kind: how many came, went and changed. */
export interface ListChange {
  readonly kind: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

export function listChanges(old: RegistryDocument, next: RegistryDocument): readonly ListChange[] {
  return [
    listed('parties', partiesOf(old), partiesOf(next), ({ id }) => id),
    listed('keys', keysOf(old), keysOf(next), ({ name }) => name),
    listed('groups', old.groups, next.groups, ({ id }) => id),
    listed('schemes', old.schemes, next.schemes, ({ issuer }) => issuer),
    listed('agreements', old.agreements, next.agreements, ({ id }) => id),
    listed('national modules', old.modules ?? [], next.modules ?? [], ({ party }) => party),
    listed('witnessing', witnessingOf(old), witnessingOf(next), () => 'its rules'),
    listed('root signers', old.roots.signers, next.roots.signers, ({ name }) => name),
  ].filter(({ added, removed, changed }) => added.length + removed.length + changed.length > 0)
}

function witnessingOf({ witnessing }: RegistryDocument) {
  return witnessing === undefined ? [] : [witnessing]
}

/** Keys are a list of their own. */
function partiesOf({ parties }: RegistryDocument) {
  return parties.map((party) => ({ ...party, keys: [] }))
}

function keysOf({ parties }: RegistryDocument) {
  return parties.flatMap(({ id, keys }) =>
    keys.map(({ use, key, revoked, until }) => ({
      name: `${id} ${use} ${key.id.slice(0, 8)}…`,
      id: key.id,
      revoked,
      until,
    })),
  )
}

function listed<T>(
  kind: string,
  old: readonly T[],
  next: readonly T[],
  nameOf: (item: T) => string,
): ListChange {
  const before = new Map(old.map((item) => [nameOf(item), written(item)]))
  const after = new Map(next.map((item) => [nameOf(item), written(item)]))
  return {
    kind,
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: [...after]
      .filter(([name, text]) => before.has(name) && before.get(name) !== text)
      .map(([name]) => name),
  }
}

function written(item: unknown): string {
  return JSON.stringify(item, (_, value: unknown) =>
    value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value,
  )
}
