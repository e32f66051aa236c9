/** Answers for what a caller gets for an entry, the first time and every time again. */
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import type { Inclusion } from '../../protocol/ledger/merkle-proof.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { firstSignedOver, newestUnsigned, type StoredCheckpoint, storeSigned } from './checkpoints-table.ts'
import type { StoredEntry } from './entries-table.ts'
import { proveRow } from './row-proof.ts'
import { requireEntered } from './seal.ts'
import { provenReceipt, requireUnder, restoreSigned, type SignedRoot, sign } from './signing.ts'
import { inclusionAt } from './store.ts'

export interface Entered {
  readonly index: number
  /** Of the tree in which the receipt proves the entry. */
  readonly size: number
  readonly root: Uint8Array
  readonly leaf: Uint8Array
  /** protocol/ledger/receipt. Made when it is first read, of signatures and a proof that were checked before. */
  readonly receipt: Uint8Array
  /** The signed note over size and root, made likewise. */
  readonly checkpoint: string
  /** The event was entered before; nothing was done now. */
  readonly repeated: boolean
}

/** What the answer for one entry is made of. */
export interface Answerable {
  readonly index: number
  readonly leaf: Uint8Array
  readonly prove: () => Inclusion
  readonly shown: () => readonly Uint8Array[]
  readonly repeated: boolean
}

/** The entry's proof is known to lead to the signed root. */
export function answerOf(signed: SignedRoot, entry: Answerable): Entered {
  const { index, leaf, prove, shown, repeated } = entry
  const { size, root } = signed.root
  let receipt: Uint8Array | undefined
  return {
    ...{ index, size, root, leaf, repeated },
    get receipt() {
      receipt ??= provenReceipt(signed, leaf, prove(), shown())
      return receipt
    },
    get checkpoint() {
      return signed.note
    },
  }
}

/** The same answer, to somebody who asked again. */
export function repeatedly(entered: Entered): Entered {
  const { index, size, root, leaf } = entered
  return {
    ...{ index, size, root, leaf, repeated: true },
    get receipt() {
      return entered.receipt
    },
    get checkpoint() {
      return entered.checkpoint
    },
  }
}

/** What answering and signing again need. */
export interface Answering {
  readonly database: Database
  readonly signer: LedgerSigner
  readonly now: () => Seconds
  /** Hears of every checkpoint once it is signed. It neither waits nor throws. */
  readonly signed?: (signed: SignedRoot) => void
}

/**
 * The first answer again, made of what is stored, once that has proven itself; else `broken-chain`. `unstored` gives
 * signatures over an entry that are not in the tables yet.
 */
export async function answerAgain(
  answering: Answering,
  entry: StoredEntry,
  unstored: Unstored,
  repeated = true,
): Promise<Entered> {
  const shown = proveRow(entry)
  const { index, leaf } = entry
  const signed = await firstSigned(answering, index, unstored)
  const inclusion = await inclusionAt(answering.database, index, signed.root.size)
  requireUnder(signed.root, leaf, inclusion)
  return answerOf(signed, { index, leaf, prove: () => inclusion, shown: () => shown, repeated })
}

type Unstored = (index: number) => SignedRoot | undefined

async function firstSigned(answering: Answering, index: number, unstored: Unstored): Promise<SignedRoot> {
  const found = await signedOver(answering, index, unstored)
  if (found !== undefined) return found
  const reached = await newestUnsigned(answering.database)
  if (reached !== undefined && reached.size > index) return signLate(answering, reached)
  // Between the two looks it may have been signed and stored.
  const since = await signedOver(answering, index, unstored)
  if (since !== undefined) return since
  throw new Rejected('broken-chain', `no checkpoint covers entry ${index}`)
}

/** What is stored already was signed before what is not. */
async function signedOver({ database, signer }: Answering, index: number, unstored: Unstored) {
  const held = unstored(index)
  const row = await firstSignedOver(database, index)
  const isStored = row !== undefined && (held === undefined || row.size < held.root.size)
  return isStored ? restored(row, signer) : held
}

function restored({ size, root, signed, note, signatures }: StoredCheckpoint, signer: LedgerSigner) {
  if (signed === null || signatures === null) throw new RangeError(`the checkpoint of ${size} is not signed`)
  return restoreSigned({ origin: signer.keys.origin, size, root }, { signed, note, signatures }, signer)
}

/**
 * A gateway that stopped between the commit and the signature left a root that nobody signed. It is signed only if the
 * sealed head continues it: for one size there is one root, whoever signs, and none that somebody else wrote.
 */
export async function signLate(
  { database, signer, now, signed: hear }: Answering,
  { size, root }: Pick<StoredCheckpoint, 'size' | 'root'>,
): Promise<SignedRoot> {
  await requireEntered(database, { size, root }, signer.keys)
  const signed = await sign({ origin: signer.keys.origin, size, root }, signer, now(), true)
  await storeSigned(database, [signed.row])
  hear?.(signed)
  return signed
}
