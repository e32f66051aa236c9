/** Answers for which of a gateway's keys act now: the newest that the registry in force lists as live, asked at each use. */
import type { Keystore } from '../../keys/keystore.ts'
import { isLive } from '../../protocol/key-changes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { KeyId, SigningPair } from '../../protocol/key.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import type { GatewayKeys, PartyKeys } from '../exchange/gateway.ts'
import type { HeldRegistry } from '../registry/held.ts'

export interface Choosing {
  readonly party: PartyId
  readonly registry: HeldRegistry
  readonly now: () => Seconds
}

/** A keystore without a signing pair is that of a blind gateway. Its getters throw `unknown-key`. */
export function chosenKeys(keystore: Keystore, choosing: Choosing): GatewayKeys {
  const blind = !keystore.list().some(({ use }) => use === 'sign')
  const party: PartyKeys = {
    get signing(): SigningPair {
      const good = liveKeys(choosing)
      const pair = keystore.signingPairs('sign').find((each) => each.every(({ id }) => good.has(id)))
      return pair ?? unlisted(choosing, 'sign')
    },
    // Also those that are not listed yet, and those that no longer are: what was sealed to them may still come.
    get opening() {
      return keystore.openingKeys()
    },
  }
  return {
    get transport() {
      const good = liveKeys(choosing)
      const key = keystore.transportKeys().find(({ id }) => good.has(id))
      return key ?? unlisted(choosing, 'transport')
    },
    party: blind ? undefined : party,
  }
}

/** By whatever version is held: whether it is fresh is asked where somebody else's keys are looked up. */
function liveKeys({ party, registry, now }: Choosing): ReadonlySet<KeyId> {
  const { parties } = registry.current().document
  const own = parties.find(({ id }) => id === party)?.keys ?? []
  return new Set(own.filter((each) => isLive(each, now())).map(({ key }) => key.id))
}

function unlisted({ party, registry }: Choosing, use: string): never {
  const { version } = registry.current().document
  throw new Rejected(
    'unknown-key',
    `registry ${version} lists no live ${use} key of ${party} that is held here`,
  )
}
