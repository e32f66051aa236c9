/** Answers for who else signed a ledger's checkpoint: every line is somebody's in the registry, or the checkpoint is refused. */
import { equal } from '../bytes.ts'
import { type Directory, keysOfLedger, ownerOfLedger } from '../directory.ts'
import { Rejected } from '../errors.ts'
import type { PartyId, Seconds } from '../names.ts'
import { type LedgerKeys, noteKeys, type VerifiedCheckpoint } from './checkpoint.ts'
import { witnessesOf, witnessKeys } from './witness.ts'

/**
 * The other parties that cosigned with both of their keys, and when. An auditor keeps no line that says nothing: throws
 * `unknown-key` for one that no ledger of the registry made, and `bad-signature` for a wrong one.
 */
export function cosignersOf(
  checkpoint: VerifiedCheckpoint,
  keys: LedgerKeys,
  directory: Directory,
  now: Seconds,
): ReadonlyMap<PartyId, Seconds> {
  const owner = ownerOfLedger(directory, keys.origin)
  const others = otherLedgers(directory, owner, now)
  const known = [...noteKeys(keys), ...others.flatMap(([, each]) => witnessKeys(each))]
  for (const { name, keyId } of checkpoint.note.signatures) {
    if (!known.some((key) => key.name === name && equal(key.id, keyId))) {
      throw new Rejected('unknown-key', `the checkpoint has a line of ${name}, which no ledger here made`)
    }
  }
  return new Map(others.flatMap(([party, each]) => [...witnessesOf(checkpoint, new Map([[party, each]]))]))
}

/** Those that each party has or had, as far as its ledger keys are live. */
function otherLedgers(
  directory: Directory,
  owner: PartyId,
  now: Seconds,
): readonly (readonly [PartyId, LedgerKeys])[] {
  return [...directory.parties.values()].flatMap(({ id, ledger, earlierLedgers = [] }) =>
    id === owner ? [] : [ledger, ...earlierLedgers].flatMap((origin) => liveKeys(directory, id, origin, now)),
  )
}

function liveKeys(
  directory: Directory,
  party: PartyId,
  origin: string,
  now: Seconds,
): readonly (readonly [PartyId, LedgerKeys])[] {
  try {
    return [[party, keysOfLedger(directory, origin, now)]]
  } catch (error) {
    if (error instanceof Rejected && error.code === 'unknown-key') return []
    throw error
  }
}
