/** Answers for whether the registry lists this gateway as it is: a gateway whose keys nobody knows must not begin. */
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId } from '../../protocol/key.ts'
import type { PartyId } from '../../protocol/names.ts'
import type { KeyUse } from '../../protocol/directory.ts'
import type { Party, VerifiedRegistry } from '../../protocol/registry.ts'
import type { GatewayKeys } from '../exchange/gateway.ts'

/** Throws `unknown-party`, and `unknown-key` with the use and id of the first key that the registry lacks. */
export function requireEnrolled(
  { document }: VerifiedRegistry,
  id: PartyId,
  keys: GatewayKeys,
  ledgerKeys: readonly KeyId[],
): Party {
  const party = document.parties.find((each) => each.id === id)
  if (party === undefined) throw new Rejected('unknown-party', `${id} is not in registry ${document.version}`)
  for (const [use, key] of usesOf(keys, ledgerKeys)) {
    if (party.keys.some((listed) => listed.use === use && listed.key.id === key)) continue
    throw new Rejected(
      'unknown-key',
      `registry ${document.version} does not list the ${use} key ${key} of ${id}`,
    )
  }
  return party
}

/** Opening keys are not asked for: old ones are kept for what was sealed to them, new ones are made before they are listed. */
function usesOf(
  { transport, party }: GatewayKeys,
  ledgerKeys: readonly KeyId[],
): readonly (readonly [KeyUse, KeyId])[] {
  const own = (party?.signing ?? []).map(({ id }) => ['sign', id] as const)
  return [['transport', transport.id], ...ledgerKeys.map((id) => ['ledger', id] as const), ...own]
}
