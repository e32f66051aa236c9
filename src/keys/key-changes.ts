/** Answers for the ledger's entries about keys: each change of each key once, by its use and its id, and never more of it. */
import { suite } from '#suite'
import { utf8 } from '../../protocol/bytes.ts'
import type { KeyId } from '../../protocol/key.ts'
import type { Gateway } from '../exchange/gateway.ts'
import type { KeyStanding, KeyState } from './standing.ts'

export type KeyChange = 'made' | 'in use' | 'retired' | 'revoked' | 'destroyed'

/** What is known to be entered, so that it is not asked for again at every look. */
export type Entered = Set<string>

const changeOf: Readonly<Record<KeyState, KeyChange | undefined>> = {
  announced: undefined,
  active: 'in use',
  retired: 'retired',
  revoked: 'revoked',
  // Entered where it happens: a key that another replica holds is not destroyed because it is not here.
  destroyed: undefined,
}

export async function enterStandings(
  gateway: Gateway,
  standings: readonly KeyStanding[],
  entered: Entered,
): Promise<void> {
  const here = standings.filter(({ held }) => held !== undefined)
  // Pushed in one turn, they are one transaction in this order.
  const entering = here.flatMap((standing) => {
    const change = changeOf[standing.state]
    const changes = change === undefined ? (['made'] as const) : (['made', change] as const)
    return changes.map((each) => enterChange(gateway, standing, each, entered))
  })
  await Promise.all(entering)
}

/** Once for each key and change, whichever replica sees it first. */
export async function enterChange(
  gateway: Gateway,
  { use, id }: { readonly use: KeyStanding['use']; readonly id: KeyId },
  change: KeyChange,
  entered: Entered,
): Promise<void> {
  const key = `key-change:${change}:${id}`
  if (entered.has(key)) return
  const { document, digest } = gateway.registry.current()
  const { repeated } = await gateway.sequencer.push({
    key,
    fingerprint: suite.sha256(utf8(key)),
    record: {
      event: 'key-change',
      actor: gateway.party,
      at: gateway.now(),
      detail: `${use} key ${id}: ${change}`,
      registry: { version: document.version, digest },
    },
    effects: [],
  })
  entered.add(key)
  if (!repeated) gateway.logger.info('key-changed', { keyId: id, keyUse: use, keyChange: change })
}
