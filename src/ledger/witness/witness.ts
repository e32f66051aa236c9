/** Answers for being a witness (protocol/ledger/witness.md): a checkpoint is cosigned when it continues what was cosigned before. */
import { equal } from '../../../protocol/bytes.ts'
import { Rejected } from '../../../protocol/errors.ts'
import type { VerifiedCheckpoint } from '../../../protocol/ledger/checkpoint.ts'
import { verifyConsistency } from '../../../protocol/ledger/merkle-proof.ts'
import {
  type AddCheckpoint,
  cosignCheckpoint,
  formatCosignatures,
  joinCosignatures,
  parseAddCheckpoint,
} from '../../../protocol/ledger/witness.ts'
import type { Gateway } from '../../exchange/gateway.ts'
import { verifyAsked } from './asked.ts'
import { enterConflict } from './conflict.ts'
import { type Held, readHeld } from './held.ts'
import { createMemory, type Memory } from './memory.ts'
import { moveWitnessed } from './witnessed-table.ts'

/** The lines; or the size held, when it is not the one that the ledger goes by, or the ledger has two histories. */
type WitnessAnswer = { readonly lines: string } | { readonly held: number }

/** Throws `bad-note`, `unknown-ledger`, `bad-signature`, `bad-proof`, `unavailable`. */
export type Witness = (request: Uint8Array) => Promise<WitnessAnswer>

export function createWitness(gateway: Gateway): Witness {
  const memory = createMemory(gateway.witnessedFolder, gateway.ledger.keys)
  return async (request) => {
    const asked = parseAddCheckpoint(request)
    const checkpoint = verifyAsked(gateway, asked)
    const held = await readHeld(gateway, asked.origin, memory)
    if (held.stopped) return { held: held.size }
    if (isConflict(held, checkpoint)) {
      await enterConflict(gateway, held, checkpoint)
      return { held: held.size }
    }
    if (asked.old !== held.size || !continues(held, checkpoint)) return { held: held.size }
    requireProof(held, asked, checkpoint)
    const lines = await cosign(gateway, held, checkpoint, memory)
    return lines === undefined ? { held: (await readHeld(gateway, asked.origin, memory)).size } : { lines }
  }
}

/** Two checkpoints of one size that a ledger signed, with two roots. */
function isConflict(held: Held, { size, root }: VerifiedCheckpoint): boolean {
  return held.note !== undefined && held.size === size && !equal(held.root, root)
}

/** Of equal sizes only the roots can tell; size 0 has one. */
function continues(held: Held, { size, root }: VerifiedCheckpoint): boolean {
  return held.size !== size || equal(held.root, root)
}

/** From size 0 nothing can be proven, and there is nothing to prove. */
function requireProof(held: Held, { proof }: AddCheckpoint, { size, root }: VerifiedCheckpoint): void {
  if (held.size > 0) verifyConsistency(held.root, { first: held.size, second: size, path: proof }, root)
  else if (proof.length > 0) throw new Rejected('bad-proof', 'a proof from size 0')
}

/** `undefined` when another request was first. */
async function cosign(
  { database, ledger, ...gateway }: Gateway,
  held: Held,
  checkpoint: VerifiedCheckpoint,
  memory: Memory,
): Promise<string | undefined> {
  const { origin, size, root } = checkpoint
  const at = gateway.now()
  const lines = cosignCheckpoint(checkpoint, ledger, at)
  const note = joinCosignatures(checkpoint, lines)
  const row = { origin, size, note, cosigned_at: at }
  const isThere = held.isInRow && held.size === size
  if (!isThere && !(await moveWitnessed(database, held.rowSize, row))) return undefined
  // From here it is durable that the ledger has this size and root. A crash before the answer costs the ledger one more
  // question, with the size that a 409 tells it.
  await memory.keep({ origin, size, root, note })
  return formatCosignatures(lines)
}
