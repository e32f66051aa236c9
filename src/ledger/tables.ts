/** Answers for the rows of the ledger's tables, as `store.ts` and `append.ts` write and read them. */
import type { Generated } from 'kysely'
import type { Seconds } from '../../protocol/names.ts'

/** One row: where the ledger is. Whoever changes it holds its lock until the commit, so that there is one order. */
interface HeadRow {
  readonly one: Generated<boolean>
  readonly origin: string
  /** protocol/ledger/entry `descriptor`: what the first entry chains to. */
  readonly descriptor: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  /** The hash of the last leaf, which the next entry names. */
  readonly last: Uint8Array
  /** Grows whenever a writer must be sure that no earlier batch can still commit. */
  readonly fence: number
}

interface EntryRow {
  readonly index: number
  readonly leaf: Uint8Array
  /** Null, and `secret` with it, once the record was shredded. */
  readonly record: Uint8Array | null
  /** What the record's fields are salted from. */
  readonly secret: Uint8Array | null
  /** The caller's name for the event, entered once. */
  readonly key: string
  /** 32 bytes by which the caller tells the same event from another under the same key. */
  readonly fingerprint: Uint8Array
}

/** A full tile, and so one that never changes: 256 hashes. */
interface TileRow {
  readonly level: number
  readonly index: number
  readonly hashes: Uint8Array
}

/** One for each batch. The root is durable with its entries; the signatures follow, and can be made again. */
interface CheckpointRow {
  readonly size: number
  readonly root: Uint8Array
  readonly signed: Seconds | null
  readonly note: string | null
  /** Both keys' signatures of the root, for receipts: root-signatures.ts. */
  readonly signatures: Uint8Array | null
}

export interface LedgerTables {
  ledger_head: HeadRow
  ledger_entry: EntryRow
  ledger_tile: TileRow
  ledger_checkpoint: CheckpointRow
}
