/** Answers for whose checkpoint a witness is asked to cosign: another party's present ledger, signed with both of its keys. */
import { type Directory, ledgerKeysOf, ownerOfLedger, partyOf } from '../../../protocol/directory.ts'
import { equal, utf8 } from '../../../protocol/bytes.ts'
import { type Code, Rejected } from '../../../protocol/errors.ts'
import {
  type LedgerKeys,
  noteKeys,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from '../../../protocol/ledger/checkpoint.ts'
import type { AskedCheckpoint } from '../../../protocol/ledger/witness.ts'
import type { PartyId } from '../../../protocol/names.ts'
import type { Gateway } from '../../exchange/gateway.ts'

/** C2SP has one status for each refusal of a witness: what other places call otherwise is told by the code that has it. */
const told: Readonly<Partial<Record<Code, Code>>> = {
  'unknown-party': 'unknown-ledger',
  'unknown-key': 'bad-signature',
  'missing-signature': 'bad-signature',
  'registry-expired': 'unavailable',
  'not-yet-valid': 'unavailable',
}

/** Throws `unknown-ledger`, `bad-signature`; `bad-note` for what no ledger of this profile signs; `unavailable`. */
export function verifyAsked(gateway: Gateway, { origin, checkpoint }: AskedCheckpoint): VerifiedCheckpoint {
  try {
    const directory = gateway.directory()
    const owner = ownerToWitness(directory, gateway, origin)
    const keys = ledgerKeysOf(directory, owner, gateway.now())
    return withoutOthers(verifyCheckpoint(utf8(checkpoint), keys), keys)
  } catch (cause) {
    const code = cause instanceof Rejected ? told[cause.code] : undefined
    throw code === undefined ? cause : new Rejected(code, origin, { cause })
  }
}

/** For its own ledger the lines of a gateway would be the ledger's own; one that was succeeded grows no more. */
function ownerToWitness(directory: Directory, { party, ledger }: Gateway, origin: string): PartyId {
  const owner = ownerOfLedger(directory, origin)
  const present = partyOf(directory, owner).ledger === origin
  if (owner === party || origin === ledger.keys.origin || !present)
    throw new Rejected('unknown-party', `${origin} is not to be witnessed here`)
  return owner
}

/** Lines that nobody looked at are not kept. */
function withoutOthers(checkpoint: VerifiedCheckpoint, keys: LedgerKeys): VerifiedCheckpoint {
  const { text, signatures } = checkpoint.note
  const own = noteKeys(keys)
  const kept = signatures.filter(({ name, keyId }) =>
    own.some((key) => key.name === name && equal(key.id, keyId)),
  )
  return { ...checkpoint, note: { text, signatures: kept } }
}
