/** Answers for what a caller gets for an entry, the first time and every time again. */
import { equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { LedgerSigner } from '../../protocol/ledger/checkpoint.ts'
import { discloseFields } from '../../protocol/ledger/disclosure.ts'
import { type SaltedRecord, saltRecord } from '../../protocol/ledger/entry.ts'
import type { Inclusion } from '../../protocol/ledger/merkle-proof.ts'
import { type FieldName, parseRecord } from '../../protocol/ledger/record.ts'
import type { Seconds } from '../../protocol/names.ts'
import type { Database } from '../database/open.ts'
import { firstCheckpointOver, type StoredCheckpoint, storeSigned } from './checkpoints-table.ts'
import type { StoredEntry } from './entries-table.ts'
import { provenReceipt, restoreSigned, type SignedRoot, sign } from './signing.ts'
import { inclusionAt, rootAt } from './store.ts'

export interface Entered {
  readonly index: number
  /** Of the tree in which the receipt proves the entry. */
  readonly size: number
  readonly root: Uint8Array
  readonly leaf: Uint8Array
  /** protocol/ledger/receipt */
  readonly receipt: Uint8Array
  /** The signed note over size and root. */
  readonly checkpoint: string
  /** The event was entered before; nothing was done now. */
  readonly repeated: boolean
}

/** What a receipt shows of its entry: enough to say what was entered of which envelope, and when. */
const shownFields = ['at', 'event', 'digest', 'decision', 'transfer'] as const satisfies readonly FieldName[]

/** `salted` is the record that the leaf commits to; `undefined` once it was shredded. */
export function answerOf(
  signed: SignedRoot,
  leaf: Uint8Array,
  salted: SaltedRecord | undefined,
  inclusion: Inclusion,
): Entered {
  const { index, size } = inclusion
  const shown = salted === undefined ? [] : discloseFields(salted, shownFields)
  const receipt = provenReceipt(signed, leaf, inclusion, shown)
  return { index, size, root: signed.root.root, leaf, receipt, checkpoint: signed.note, repeated: false }
}

/** What answering and signing again need. */
export interface Answering {
  readonly database: Database
  readonly signer: LedgerSigner
  readonly now: () => Seconds
  /** Hears of every root once it is signed. It neither waits nor throws. */
  readonly signed?: (signed: SignedRoot) => void
}

/** The first answer again, made of what is stored. `unstored` gives signatures that are not in the tables yet. */
export async function answerAgain(
  answering: Answering,
  entry: StoredEntry,
  unstored: (size: number) => SignedRoot | undefined,
): Promise<Entered> {
  const row = await firstCheckpointOver(answering.database, entry.index)
  if (row === undefined) throw new Rejected('broken-chain', `no checkpoint covers entry ${entry.index}`)
  const signed =
    unstored(row.size) ?? restored(answering.signer.keys.origin, row) ?? (await signLate(answering, row))
  const inclusion = await inclusionAt(answering.database, entry.index, row.size)
  return { ...answerOf(signed, entry.leaf, saltedOf(entry), inclusion), repeated: true }
}

function saltedOf({ record, secret }: StoredEntry): SaltedRecord | undefined {
  return record === null || secret === null ? undefined : saltRecord(parseRecord(record), secret)
}

function restored(
  origin: string,
  { size, root, signed, note, signatures }: StoredCheckpoint,
): SignedRoot | undefined {
  if (signed === null || note === null || signatures === null) return undefined
  return restoreSigned({ origin, size, root }, { signed, note, signatures })
}

/**
 * A gateway that stopped between the commit and the signature left a root that nobody signed. It is made anew from the
 * tiles, and signed only if it is the same: for one size there is one root, whoever signs.
 */
export async function signLate(
  { database, signer, now, signed: hear }: Answering,
  { size, root }: Pick<StoredCheckpoint, 'size' | 'root'>,
): Promise<SignedRoot> {
  if (!equal(await rootAt(database, size), root)) {
    throw new Rejected('broken-chain', `the tiles do not lead to the root of ${size}`)
  }
  const signed = sign({ origin: signer.keys.origin, size, root }, signer, now())
  await storeSigned(database, [signed.row])
  hear?.(signed)
  return signed
}
