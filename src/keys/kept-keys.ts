/**
 * Answers for the keys of a running gateway: what is added to their folder is taken into use, the next opening key is made
 * before it is needed, what has become useless is destroyed, and each of it is entered. Nothing of it needs a restart.
 */
import type { Keystore } from '../../keys/keystore.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Gateway, GatewayKeys } from '../exchange/gateway.ts'
import { errorFields } from '../logger.ts'
import { type Choosing, chosenKeys } from './chosen-keys.ts'
import { createReminder, expiriesOf, type Expiry } from './expiries.ts'
import { type Entered, enterChange, enterStandings } from './key-changes.ts'
import { type KeyStanding, standingsOf, uselessFrom } from './standing.ts'

/** Keys at rest, which act by the registry in force. */
export interface KeptKeys {
  chosenBy(choosing: Choosing): GatewayKeys
  /** Looks after them from now on; gives the end of it. */
  watch(gateway: Gateway): () => Promise<void>
  /** What ends when. */
  expiries(choosing: Choosing): readonly Expiry[]
  /** One look. */
  look(gateway: Gateway): Promise<void>
}

export interface KeepingOptions {
  readonly keystore: Keystore
  /** How old an opening key becomes; 0 leaves it to the operator. */
  readonly openingKeyDays: number
  /** Hears that there are other keys to announce than before. */
  readonly announce: (by: Choosing) => void
  readonly certificates: readonly Expiry[]
}

const lookMilliseconds = 30_000
const day: Seconds = 24 * 3600
/** So long before its time the next opening key is made: signers of a registry need a while. */
const aheadSeconds: Seconds = 2 * day

export function keptKeys(options: KeepingOptions): KeptKeys {
  const { keystore } = options
  const entered: Entered = new Set()
  const remind = createReminder()
  const expiries = (choosing: Choosing): readonly Expiry[] => {
    const { expires } = choosing.registry.current().document
    return expiriesOf(expires, standings(choosing, keystore), options.certificates)
  }
  const look = async (gateway: Gateway): Promise<void> => {
    keystore.reread()
    const now = standings(gateway, keystore)
    await enterStandings(gateway, now, entered)
    await destroyUseless(gateway, keystore, now, entered)
    for (const expiry of remind(expiries(gateway), gateway.now())) warn(gateway, expiry)
    if (!nextIsDue(now, options.openingKeyDays, gateway.now())) return
    // Entered at the next look, by whichever replica: a crash here leaves a key that is whole, and announced by nobody yet.
    keystore.add('open', gateway.now())
    options.announce(gateway)
  }
  return {
    chosenBy: (choosing) => chosenKeys(keystore, choosing),
    expiries,
    look,
    watch: (gateway) => watching(gateway, look, () => keystore.close()),
  }
}

/** Gives the end of it. */
function watching(
  gateway: Gateway,
  look: (gateway: Gateway) => Promise<void>,
  close: () => void,
): () => Promise<void> {
  let looking = Promise.resolve()
  const again = (): void => {
    looking = looking
      .then(() => look(gateway))
      .catch((error: unknown) => {
        // The keys in use stay in use; it is looked again.
        gateway.logger.error('task-failed', { task: 'keys', ...errorFields(error) })
      })
  }
  again()
  const timer = setInterval(again, lookMilliseconds)
  return async () => {
    clearInterval(timer)
    await looking
    close()
  }
}

function standings({ party, registry, now }: Choosing, keystore: Keystore): readonly KeyStanding[] {
  const own = registry.current().document.parties.find(({ id }) => id === party)
  return standingsOf(keystore.list(), own?.keys ?? [], now())
}

/** One is announced at a time: as long as the registry does not list it, another would only wait behind it. */
function nextIsDue(all: readonly KeyStanding[], openingKeyDays: number, now: Seconds): boolean {
  const opening = all.filter(({ use, held }) => use === 'open' && held !== undefined)
  if (openingKeyDays === 0 || opening.length === 0) return false
  if (opening.some(({ state }) => state === 'announced')) return false
  const newest = Math.max(...opening.map(({ held }) => held?.created ?? 0))
  return now >= newest + Math.max(openingKeyDays * day - aheadSeconds, day)
}

async function destroyUseless(
  gateway: Gateway,
  keystore: Keystore,
  all: readonly KeyStanding[],
  entered: Entered,
): Promise<void> {
  for (const standing of all) {
    const ended = standing.state === 'retired' || standing.state === 'revoked'
    const from = uselessFrom(standing)
    if (!ended || standing.held === undefined || from === undefined || gateway.now() < from) continue
    // The entry first: a crash before the file is gone is finished at the next look, and nobody missed the key meanwhile.
    await enterChange(gateway, standing, 'destroyed', entered)
    keystore.destroyForever(standing.id)
  }
}

function warn(gateway: Gateway, { what, keyId, at }: Expiry): void {
  gateway.logger.warn('expires-soon', { expiring: what, keyId, seconds: at - gateway.now() })
}
