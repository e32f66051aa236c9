/** Answers for reading single parts of a ledger export from its folder: entries with their records, nodes, registry versions. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'
import { decodeAs } from '../../protocol/codec.ts'
import { atPlace, Rejected } from '../../protocol/errors.ts'
import type { AuditedEntry, Entries } from '../../protocol/ledger/audit.ts'
import { parseCheckpoint } from '../../protocol/ledger/checkpoint.ts'
import {
  exportFiles,
  recordsFile,
  registryFile,
  type SignedRoots,
  shownRecord,
  signedRoots,
  signedRootsFile,
} from '../../protocol/ledger/export-format.ts'
import { perfectNodes, rootOf } from '../../protocol/ledger/merkle.ts'
import type { NodeReader } from '../../protocol/ledger/merkle-proof.ts'
import {
  entriesPath,
  nodesFromTiles,
  parseEntries,
  parseTile,
  type TileId,
  tilePath,
  tileWidth,
} from '../../protocol/ledger/tiles.ts'
import { arrayItems } from '../../protocol/scan.ts'
import { codeOf } from './files.ts'

export function isExport(folder: string): boolean {
  return existsSync(path.join(folder, exportFiles.descriptor))
}

/** Size and origin of an export, unverified. */
export function exportSize(folder: string): { readonly origin: string; readonly size: number } {
  return parseCheckpoint(read(folder, exportFiles.checkpoint))
}

/** How many bundles of 256 entries a ledger of this size has. */
export function bundlesOf(size: number): number {
  return Math.ceil(size / tileWidth)
}

/** The entries of a bundle of an export of this size; those without a record were shredded. */
export function entriesOf(folder: string, bundle: number, size: number): readonly AuditedEntry[] {
  return [...entriesIn(folder, bundle, size, { leaves: readWhole, records: readWhole })]
}

/** How the two files of a bundle are read. */
export interface BundleReading {
  readonly leaves: Reading
  readonly records: Reading
}

/** `entriesOf`, each record decoded when its turn comes, so that one bundle is never in memory as a whole. */
export function entriesIn(folder: string, bundle: number, size: number, reading: BundleReading): Entries {
  const width = Math.min(tileWidth, size - bundle * tileWidth)
  const file = entriesPath({ index: bundle, width })
  const leaves = atPlace(file, () => parseEntries(read(folder, file, reading.leaves), width))
  const shown = recordsIn(folder, bundle, reading.records)
  if (shown.length > width)
    throw new Rejected('bad-proof', `${recordsFile(bundle)} has more records than entries`)
  return { length: width, [Symbol.iterator]: () => entriesWith(leaves, shown, recordsFile(bundle)) }
}

/** None where the export lacks the file. */
function recordsIn(folder: string, bundle: number, reading: Reading): readonly Uint8Array[] {
  const file = recordsFile(bundle)
  const bytes = readIfThere(folder, file, reading)
  return bytes === undefined ? [] : atPlace(file, () => arrayItems(bytes))
}

function* entriesWith(
  leaves: readonly Uint8Array[],
  shown: readonly Uint8Array[],
  file: string,
): Generator<AuditedEntry> {
  for (const [i, leaf] of leaves.entries()) {
    const bytes = shown[i]
    const row = bytes && atPlace(file, () => decodeAs(shownRecord, bytes))
    yield row === undefined || row === null ? { leaf } : { leaf, shown: { record: row[0], key: row[1] } }
  }
}

/** The signatures of the roots of these sizes; none where the export lacks them. */
export function signedRootsOf(folder: string, bundle: number): SignedRoots {
  const file = signedRootsFile(bundle)
  const bytes = readIfThere(folder, file)
  return bytes === undefined ? [] : atPlace(file, () => decodeAs(signedRoots, bytes))
}

/** Gives the nodes of the tree as it was at each size up to that of the export. It keeps one tile of each level. */
export function nodesIn(folder: string, exported: number): (size: number) => NodeReader {
  const held = new Map<number, { readonly index: number; readonly hashes: readonly Uint8Array[] }>()
  const hashesOf = ({ level, index, width }: TileId): readonly Uint8Array[] => {
    const earlier = held.get(level)
    if (earlier?.index === index) return earlier.hashes.slice(0, width)
    const whole = Math.min(tileWidth, Math.floor(exported / tileWidth ** level) - index * tileWidth)
    const file = tilePath({ level, index, width: whole })
    const hashes = atPlace(file, () => parseTile(read(folder, file), whole))
    held.set(level, { index, hashes })
    return hashes.slice(0, width)
  }
  return (size) => nodesFromTiles(size, hashesOf)
}

/** The roots of the tree as it was at each size up to that of the export. */
export function rootsIn(folder: string, exported: number): (size: number) => Uint8Array {
  const nodes = nodesIn(folder, exported)
  return (size) => {
    const node = nodes(size)
    const peaks = perfectNodes({ start: 0, end: size }).map(({ level, index }) => node(level, index))
    return rootOf({ size, peaks })
  }
}

/** Every registry version of the export by the name of its file, the oldest first. */
export function registryVersions(folder: string): readonly (readonly [string, Uint8Array])[] {
  return namesIn(folder, exportFiles.registry).map((file) => [file, read(folder, file)])
}

function namesIn(folder: string, part: string): readonly string[] {
  const place = path.join(folder, part)
  const names = existsSync(place) ? readdirSync(place).toSorted() : []
  return names.map((name) => `${part}/${name}`)
}

/** What stands beside the ledger of an authority's time stamps, in the order of the names. */
export function timeStampFiles(folder: string): readonly string[] {
  return namesIn(folder, exportFiles.timeStamps)
}

export function registryVersionIn(folder: string, version: number): Uint8Array {
  return read(folder, registryFile(version))
}

/** Throws `bad-proof` where the export lacks the file. */
export function read(folder: string, file: string, reading: Reading = readWhole): Uint8Array {
  const bytes = readIfThere(folder, file, reading)
  if (bytes === undefined) throw new Rejected('bad-proof', `the export lacks ${file}`)
  return bytes
}

function readIfThere(folder: string, file: string, reading: Reading = readWhole): Uint8Array | undefined {
  try {
    return reading(path.join(folder, file))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Gives the bytes of a file. */
export type Reading = (file: string) => Uint8Array

function readWhole(file: string): Uint8Array {
  const { buffer, byteOffset, length } = readFileSync(file)
  return new Uint8Array(buffer, byteOffset, length)
}

/** Reads each file into the same memory, good until the next one is read: nothing is left over for the collector. */
export function readingInPlace(): Reading {
  let held = new Uint8Array(32_768)
  return (file) => {
    const descriptor = openSync(file, 'r')
    try {
      const { size } = fstatSync(descriptor)
      if (size > held.length) held = new Uint8Array(2 * size)
      return held.subarray(0, readSync(descriptor, held, 0, size, 0))
    } finally {
      closeSync(descriptor)
    }
  }
}
