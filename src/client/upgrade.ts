/** Answers for upgrading a receipt over HTTP: what is read of a ledger for it, through routes that are open to everybody. */
import {
  type Directory,
  keysOfLedger,
  ownerOfLedger,
  partyOf,
  witnessesFor,
} from '../../protocol/directory.ts'
import { Rejected } from '../../protocol/errors.ts'
import { verifyCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { receiptOrigin, verifyReceipt } from '../../protocol/ledger/receipt.ts'
import { nodesFromTiles, parseTile, type TileId, tilePath } from '../../protocol/ledger/tiles.ts'
import { requireWitnessed, tilesForUpgrade, upgrade, witnessesNeeded } from '../../protocol/ledger/upgrade.ts'
import type { PartyId, Seconds } from '../../protocol/names.ts'
import { problemOf } from './problem-error.ts'

export interface Upgraded {
  /** C2SP tlog-proof. */
  readonly proof: string
  readonly party: PartyId
  readonly index: number
  /** Of the tree that the witnesses cosigned. */
  readonly size: number
  /** Who, and when. */
  readonly witnesses: ReadonlyMap<PartyId, Seconds>
}

/**
 * `url` is the exchange listener of the ledger's gateway; that of the registry when absent. Throws as `verifyReceipt` and
 * `upgrade`, `no-quorum` while too few have cosigned, and `ProblemError`.
 */
export async function upgradeReceipt(
  bytes: Uint8Array,
  directory: Directory,
  now: Seconds,
  url?: string,
): Promise<Upgraded> {
  const origin = receiptOrigin(bytes)
  const party = ownerOfLedger(directory, origin)
  const keys = keysOfLedger(directory, origin, now)
  const receipt = verifyReceipt(bytes, keys)
  const needed = witnessesNeeded(receipt, directory, party)
  const ledger = new URL('/ledger/', url ?? partyOf(directory, party).gateway)
  const checkpoint = verifyCheckpoint(await witnessedCheckpoint(ledger, needed), keys)
  const witnesses = requireWitnessed(receipt, checkpoint, witnessesFor(directory, party, now), needed)
  const tiles = await readTiles(ledger, tilesForUpgrade(receipt, checkpoint))
  const read = nodesFromTiles(checkpoint.size, (tile) => tiles.get(tilePath(tile)) ?? [])
  const { index } = receipt
  return { proof: upgrade(receipt, checkpoint, read), party, index, size: checkpoint.size, witnesses }
}

async function witnessedCheckpoint(ledger: URL, needed: number): Promise<Uint8Array> {
  const response = await get(new URL(`checkpoint/witnessed?quorum=${needed}`, ledger))
  if (response.status === 404) throw new Rejected('no-quorum', `fewer than ${needed} have cosigned anything`)
  return bytesOf(response)
}

async function readTiles(
  ledger: URL,
  tiles: readonly TileId[],
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const read = new Map<string, readonly Uint8Array[]>()
  for (const tile of tiles) {
    const path = tilePath(tile)
    read.set(path, parseTile(await bytesOf(await get(new URL(path, ledger))), tile.width))
  }
  return read
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  if (!response.ok) throw await problemOf(response)
  return new Uint8Array(await response.arrayBuffer())
}

const timeoutMilliseconds = 30_000

function get(url: URL): Promise<Response> {
  return fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMilliseconds) })
}
