/** Answers for the receipt that a ledger gave for an entry, made again of its export. */
import { verifyRecordBytes } from '../../protocol/ledger/commitment.ts'
import { discloseFields } from '../../protocol/ledger/disclosure.ts'
import { saltRecord } from '../../protocol/ledger/entry.ts'
import type { SignedRoots } from '../../protocol/ledger/export-format.ts'
import { leafHash } from '../../protocol/ledger/merkle.ts'
import { inclusionRoot, proveInclusion } from '../../protocol/ledger/merkle-proof.ts'
import { receipt } from '../../protocol/ledger/receipt.ts'
import { tileWidth } from '../../protocol/ledger/tiles.ts'
import { shownFields } from '../ledger/row-proof.ts'
import { bundlesOf, entriesOf, nodesIn, signedRootsOf } from './export-files.ts'

/** `undefined` for an entry that was shredded, or is under no root that was signed. The export is verified. */
export function receiptsIn(
  folder: string,
  origin: string,
  exported: number,
): (index: number) => Uint8Array | undefined {
  const nodes = nodesIn(folder, exported)
  return (index) => {
    const entry = entriesOf(folder, Math.floor(index / tileWidth), exported)[index % tileWidth]
    const signed = firstRootOver(folder, index, exported)
    if (entry?.shown === undefined || signed === undefined) return undefined
    const [size, signatures] = signed
    const inclusion = proveInclusion(index, size, nodes(size))
    const root = inclusionRoot(leafHash(entry.leaf), inclusion)
    const record = verifyRecordBytes(entry.leaf, entry.shown.record, entry.shown.key)
    const shown = discloseFields(saltRecord(record, entry.shown.key), shownFields)
    return receipt({ origin, size, root, signatures }, entry.leaf, inclusion, shown)
  }
}

function firstRootOver(folder: string, index: number, exported: number): SignedRoots[number] | undefined {
  for (let bundle = Math.floor(index / tileWidth); bundle < bundlesOf(exported); bundle++) {
    const found = signedRootsOf(folder, bundle).find(([size]) => size > index)
    if (found !== undefined) return found
  }
  return undefined
}
