/**
 * Answers for what this process has itself verified of the witnesses: the newest checkpoint for each quorum, and what was
 * shown to wait for nothing more. It is memory alone, which nobody writes to by way of the database.
 */
import { createNewest, type Newest } from '../../newest.ts'
import type { Witnessed } from './standing.ts'
import type { CosignatureRow } from './cosignatures-table.ts'
import { newestWitnessed, type WitnessedCheckpoint } from './witnessed.ts'

export interface KnownWitnessed {
  /** The newest that so many witnesses cosigned, each line verified once. A line that does not verify is told of. */
  readonly newest: (
    quorum: number,
    refused?: (row: CosignatureRow) => void,
  ) => Promise<WitnessedCheckpoint | undefined>
  /** The same, but looked for only when the one in memory does not reach over the entry. */
  readonly over: (index: number, quorum: number) => Promise<WitnessedCheckpoint | undefined>
  /** Whether these bytes, by their digest, wait for nothing more under the registry in force. */
  readonly isEarned: (digest: string) => boolean
  readonly earned: (digest: string) => void
}

/** The oldest are shown again when they are asked for. */
const mostRemembered = 10_000

/** Under one version of the registry: another one has other witnesses, keys and quorums. */
interface Memory {
  readonly version: number
  readonly checkpoints: Map<number, WitnessedCheckpoint>
  readonly digests: Newest<true>
}

export function createKnownWitnessed(witnessed: Witnessed): KnownWitnessed {
  let memory: Memory = emptyMemory(-1)
  const remembered = (): Memory => {
    const { version } = witnessed.directory().registry.document
    if (memory.version !== version) memory = emptyMemory(version)
    return memory
  }
  const newest: KnownWitnessed['newest'] = async (quorum, refused) => {
    const { checkpoints } = remembered()
    const held = checkpoints.get(quorum)
    const found = await newestWitnessed(witnessed, quorum, held?.size ?? 0, refused)
    // Two may look at once: the greater stays.
    const kept = checkpoints.get(quorum)
    if (found === undefined || (kept !== undefined && kept.size >= found.size)) return kept
    checkpoints.set(quorum, found)
    return found
  }
  return {
    newest,
    over: async (index, quorum) => {
      const held = remembered().checkpoints.get(quorum)
      const checkpoint = held !== undefined && held.size > index ? held : await newest(quorum)
      return checkpoint !== undefined && checkpoint.size > index ? checkpoint : undefined
    },
    isEarned: (digest) => remembered().digests.get(digest) !== undefined,
    earned: (digest) => remembered().digests.add(digest, true),
  }
}

function emptyMemory(version: number): Memory {
  return { version, checkpoints: new Map(), digests: createNewest(mostRemembered) }
}
