/** Answers for signatures over a root that is durable, and for the receipts that rest on them. */
import { equal, utf8 } from '../../protocol/bytes.ts'
import * as is from '../../protocol/codec.ts'
import { Rejected } from '../../protocol/errors.ts'
import {
  type CheckpointBody,
  type LedgerSigner,
  signCheckpoint,
  verifyCheckpoint,
} from '../../protocol/ledger/checkpoint.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { type Inclusion, inclusionRoot } from '../../protocol/ledger/merkle-proof.ts'
import { type RootSignatures, receipt, signRoot } from '../../protocol/ledger/receipt.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { type SignedRow, storeSigned } from './checkpoints-table.ts'

/** A root with all the signatures that are given out for it. */
export interface SignedRoot {
  readonly note: string
  readonly root: RootSignatures
  readonly row: SignedRow
}

const signature = is.record({
  protectedBytes: is.field(1, is.bytes(1, 1000)),
  signature: is.field(2, is.bytes(64, 2420)),
})
const signaturePair = is.tuple(signature, signature)

/** Only for a root that is durable: from here on the ledger has said it. The note is verified as a reader would. */
export function sign(body: CheckpointBody, signer: LedgerSigner, at: Seconds): SignedRoot {
  const note = signCheckpoint(body, signer, at)
  verifyCheckpoint(utf8(note), signer.keys)
  const root = signRoot(body, signer, at)
  const signatures = is.encodeAs(signaturePair, root.signatures)
  return { note, root, row: { size: body.size, signed: at, note, signatures } }
}

export function restoreSigned(
  body: CheckpointBody,
  { signed, note, signatures }: Omit<SignedRow, 'size'>,
): SignedRoot {
  const root = { ...body, signatures: is.decodeAs(signaturePair, signatures, 'signatures') }
  return { note, root, row: { size: body.size, signed, note, signatures } }
}

/** A receipt leaves only when its proof leads from the leaf to the signed root. */
export function provenReceipt(
  { root }: SignedRoot,
  leaf: Uint8Array,
  inclusion: Inclusion,
  disclosures: readonly Uint8Array[],
): Uint8Array {
  if (!equal(inclusionRoot(leafHash(leaf), inclusion), root.root)) {
    throw new Rejected('bad-proof', `entry ${inclusion.index} is not under the root of ${root.size}`)
  }
  return receipt(root, leaf, inclusion, disclosures)
}

/** Signatures on their way to the tables: with the next batch, or by themselves when there is none. */
export interface UnstoredSignatures {
  readonly add: (signed: SignedRoot) => void
  readonly of: (size: number) => SignedRoot | undefined
  readonly rows: () => readonly SignedRow[]
  readonly areStored: (rows: readonly SignedRow[]) => void
  readonly store: () => Promise<void>
}

export function unstoredSignatures(database: Database): UnstoredSignatures {
  const unstored = new Map<number, SignedRoot>()
  const rows = (): readonly SignedRow[] => [...unstored.values()].map(({ row }) => row)
  const areStored = (stored: readonly SignedRow[]): void =>
    stored.forEach(({ size }) => unstored.delete(size))
  return {
    add: (signed) => unstored.set(signed.row.size, signed),
    of: (size) => unstored.get(size),
    rows,
    areStored,
    // What they sign is durable without them: when the database is away they stay here for the next batch, and when the
    // process ends before it, the next start signs anew.
    store: async () => {
      const stored = rows()
      await storeSigned(database, stored).then(
        () => areStored(stored),
        () => undefined,
      )
    },
  }
}
