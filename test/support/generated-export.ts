/**
 * Answers for an export of any size without a gateway: a ledger of fixed keys written to a folder as `pouch audit export`
 * writes it, entry bundle by entry bundle, and the registry by which it is verified.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { HeldSigningKey } from '../../keys/signing-key.ts'
import { encodeAs } from '../../protocol/codec.ts'
import { signCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import { chain, commit, descriptor as descriptorCodec, genesisHash } from '../../protocol/ledger/entry.ts'
import { exportFiles, recordsFile, registryFile, shownRecords } from '../../protocol/ledger/export-format.ts'
import {
  emptyTree,
  type FlatTile,
  growFlat,
  partialTilesOf,
  rootOfTree,
} from '../../protocol/ledger/flat-tiles.ts'
import { recordBytes } from '../../protocol/ledger/record.ts'
import { entriesBytes, entriesPath, tilePath, tileWidth } from '../../protocol/ledger/tiles.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { descriptor, fullRecord, keyOf, origin, signer, smallRecord } from './ledger.ts'
import { signedBy } from './registry.ts'

export interface GeneratedExport {
  readonly folder: string
  /** The digest of the roots of the one registry version in it. */
  readonly roots: string
  /** How many bytes of entries and records it has. */
  readonly bytes: number
}

const created = descriptor.created
/** A time at which its registry is in force. */
export const verifiedAt = created + 1000

/** `shown`: with the records and keys of all entries, or with none. The folder must not exist. */
export function generateExport(folder: string, size: number, shown: boolean): GeneratedExport {
  const write = writerTo(folder)
  const made = madeRecords()
  let [tree, previous] = [emptyTree, genesisHash(descriptor)]
  for (let bundle = 0; bundle * tileWidth < size; bundle++) {
    const width = Math.min(tileWidth, size - bundle * tileWidth)
    const leaves: Uint8Array[] = []
    const hashes = new Uint8Array(32 * width)
    const rows: (readonly [Uint8Array, Uint8Array])[] = []
    for (let i = 0; i < width; i++) {
      const { row, commitment } = made[i % made.length] ?? made[0]
      const { leaf, hash } = chain(previous, commitment)
      leaves.push(leaf)
      hashes.set(hash, 32 * i)
      rows.push(row)
      previous = hash
    }
    write.file(entriesPath({ index: bundle, width }), entriesBytes(leaves))
    write.file(
      recordsFile(bundle),
      encodeAs(
        shownRecords,
        rows.map((row) => (shown ? row : null)),
      ),
    )
    const growth = growFlat(tree, hashes)
    tree = growth.tree
    for (const tile of growth.full) write.tile(tile)
  }
  for (const tile of partialTilesOf(tree)) write.tile(tile)
  write.file(exportFiles.descriptor, encodeAs(descriptorCodec, descriptor))
  write.file(
    exportFiles.checkpoint,
    signCheckpoint({ origin, size, root: rootOfTree(tree) }, signer, verifiedAt),
  )
  const { registry, roots } = ledgerRegistry()
  write.file(registryFile(1), registry)
  return { folder, roots, bytes: write.bytes() }
}

/** Records of both sorts, salted once: the same record under the same key is the same commitment wherever it stands. */
function madeRecords() {
  const make = (i: number) => {
    const record = i % 4 === 0 ? { ...smallRecord, detail: `entry ${i}` } : { ...fullRecord, at: created + i }
    const key = keyOf(i)
    return { row: [recordBytes(record), key] as const, commitment: commit(record, key) }
  }
  return [make(0), ...Array.from({ length: 31 }, (_, i) => make(i + 1))] as const
}

function writerTo(folder: string) {
  let bytes = 0
  const file = (name: string, content: Uint8Array | string): void => {
    const whole = path.join(folder, name)
    mkdirSync(path.dirname(whole), { recursive: true })
    writeFileSync(whole, content)
    bytes += content.length
  }
  return { file, tile: (tile: FlatTile) => file(tilePath(tile), tile.hashes), bytes: () => bytes }
}

/** A registry that lists the ledger's party alone. */
function ledgerRegistry() {
  const root = [HeldSigningKey.generate('ed25519'), HeldSigningKey.generate('ml-dsa-65')] as const
  const roots = {
    threshold: 1,
    signers: [{ name: 'Root', ed25519: root[0].publicKey, mlDsa65: root[1].publicKey }],
  }
  const keys = [signer.keys.ed25519, signer.keys.mlDsa44]
  const document = {
    ...{ version: 1, previous: null, issued: created, expires: created + 100_000, roots },
    parties: [
      {
        ...{ id: 'EST', name: 'EST', gateway: 'https://est.example', ledger: origin, compartments: [] },
        accreditation: 3 as const,
        keys: keys.map((key) => ({ use: 'ledger' as const, key, from: created })),
      },
    ],
    ...{ groups: [], schemes: [], agreements: [] },
  }
  return { registry: signedBy(document, [root]), roots: rootsDigest(roots) }
}
