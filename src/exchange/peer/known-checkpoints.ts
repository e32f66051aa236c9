/**
 * Answers for asking the other parties, at start, which checkpoint of this ledger their gateways have cosigned last. They are
 * asked all at once and for a short time; what they answer counts only with this ledger's own signatures.
 */
import { type LedgerKeys, verifyCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import type { PartyId } from '../../../protocol/names.ts'
import type { Party } from '../../../protocol/registry.ts'
import type { Known } from '../../ledger/rollback.ts'
import { errorFields, type Logger } from '../../logger.ts'
import type { PeerConnections } from './peer-connections.ts'

const patienceMilliseconds = 3000

/** Where a gateway gives the checkpoint of a ledger that it cosigned last; 404 when it has cosigned none. */
export const witnessedPath = '/witness/checkpoint'

export async function knownToPeers(
  connections: PeerConnections,
  peers: readonly Pick<Party, 'id' | 'gateway'>[],
  keys: LedgerKeys,
  logger: Logger,
): Promise<readonly Known[]> {
  const answers = await Promise.all(
    peers.map(async ({ id, gateway }) => {
      try {
        return await ask(connections, id, gateway, keys)
      } catch (error) {
        // Also when it answers with what this ledger did not sign: nobody else's word keeps a gateway from starting.
        logger.warn('peer-unreachable', { peer: id, ...errorFields(error) })
        return undefined
      }
    }),
  )
  return answers.filter((answer) => answer !== undefined)
}

async function ask(
  connections: PeerConnections,
  id: PartyId,
  gateway: string,
  keys: LedgerKeys,
): Promise<Known | undefined> {
  const url = new URL(witnessedPath, gateway)
  url.searchParams.set('origin', keys.origin)
  const signal = AbortSignal.timeout(patienceMilliseconds)
  const { status, body } = await connections.ask(url, { signal })
  if (status === 404) return undefined
  if (status !== 200) throw new Error(`status ${status}`)
  const { size, root } = verifyCheckpoint(body, keys)
  return { by: id, size, root }
}
