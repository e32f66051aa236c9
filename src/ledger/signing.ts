/** Answers for signatures over a root that is durable, and for the receipts that rest on them. */
import { equal, utf8 } from '../../protocol/bytes.ts'
import * as is from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  type CheckpointBody,
  type LedgerSigner,
  signCheckpoint,
  signCheckpointOffThread,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { rootSignatures } from '../../protocol/ledger/export-format.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { type Inclusion, inclusionRoot } from '../../protocol/ledger/merkle-proof.ts'
import { receipt } from '../../protocol/ledger/receipt.ts'
import { type RootSignatures, signRootOffThread, verifyRoot } from '../../protocol/ledger/signed-root.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { SignedRow } from './checkpoints-table.ts'

/** A root with all the signatures that are given out for it. */
export interface SignedRoot {
  readonly root: RootSignatures
  /** The signed note over the same, made when it is first asked for. */
  readonly note: string
  /** Makes the note beside this thread. */
  readonly noteOffThread: () => Promise<string>
  /** What is stored of it: the note only if it was made. */
  readonly row: SignedRow
}

/**
 * Only for a root that is durable: from here on the ledger has said it. All signatures are made at once, beside this
 * thread, and verified as a reader would. A receipt needs those of the root; the note is made with them when `noted`.
 */
export async function sign(
  body: CheckpointBody,
  signer: LedgerSigner,
  at: Seconds,
  noted: boolean,
): Promise<SignedRoot> {
  const [root, note] = await Promise.all([
    signRootOffThread(body, signer, at),
    noted ? signCheckpointOffThread(body, signer, at) : undefined,
  ])
  verifyRoot(root, signer.keys)
  if (note !== undefined) verifyCheckpoint(utf8(note), signer.keys)
  return signedRoot(root, at, note, signer)
}

/** Throws `broken-chain` when what is stored was not signed by this ledger over this root. */
export function restoreSigned(
  body: CheckpointBody,
  { signed, note, signatures }: Omit<SignedRow, 'size'>,
  signer: LedgerSigner,
): SignedRoot {
  try {
    const root = restoreRoot(body, signatures)
    verifyRoot(root, signer.keys)
    if (note !== null) requireSame(body, verifyCheckpoint(utf8(note), signer.keys))
    return signedRoot(root, signed, note ?? undefined, signer)
  } catch (cause) {
    if (!(cause instanceof Rejected)) throw cause
    throw new Rejected('broken-chain', `checkpoint ${body.size}: ${cause.message}`, { cause })
  }
}

/** Not verified. */
export function restoreRoot(body: CheckpointBody, signatures: Uint8Array): RootSignatures {
  return { ...body, signatures: is.decodeAs(rootSignatures, signatures, 'signatures') }
}

function requireSame({ size, root }: CheckpointBody, note: CheckpointBody): void {
  if (note.size !== size || !equal(note.root, root)) throw new Rejected('bad-note', 'it is of another root')
}

function signedRoot(
  root: RootSignatures,
  signed: Seconds,
  given: string | undefined,
  signer: LedgerSigner,
): SignedRoot {
  let note = given
  const signatures = is.encodeAs(rootSignatures, root.signatures)
  const body = { origin: root.origin, size: root.size, root: root.root }
  return {
    root,
    get note() {
      note ??= signCheckpoint(body, signer, signed)
      return note
    },
    noteOffThread: async () => {
      const made = note ?? (await signCheckpointOffThread(body, signer, signed))
      note ??= made
      return note
    },
    get row() {
      return { size: root.size, signed, note: note ?? null, signatures }
    },
  }
}

/** A receipt leaves only when its proof leads from the leaf to the signed root. */
export function provenReceipt(
  { root }: SignedRoot,
  leaf: Uint8Array,
  inclusion: Inclusion,
  disclosures: readonly Uint8Array[],
): Uint8Array {
  requireUnder(root, leaf, inclusion)
  return receipt(root, leaf, inclusion, disclosures)
}

export function requireUnder(
  { root, size }: Pick<CheckpointBody, 'root' | 'size'>,
  leaf: Uint8Array,
  inclusion: Inclusion,
): void {
  if (!equal(inclusionRoot(leafHash(leaf), inclusion), root)) {
    throw new Rejected('broken-chain', `entry ${inclusion.index} is not under the root of ${size}`)
  }
}
