/**
 * Answers for a record under its key: its salted fields and the perfect subtrees over their hashes, each hashed once. In
 * deterministic CBOR a field's name and value lie side by side, in the order in which fields are committed, so that they
 * are hashed as they lie in the record's bytes and nothing is encoded again.
 */
import { suite } from '#suite'
import { copyInto, utf8 } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { Rejected } from '../errors.ts'
import { mapEntries } from '../scan.ts'
import { fold, hashLength, perfectNodes } from './merkle.ts'
import type { NodeReader } from './merkle-proof.ts'
import { fieldNames } from './record.ts'

/** A record under its key, hashed once: what it is committed and disclosed by. */
export interface SaltedBytes {
  /** The salts side by side. */
  readonly salts: Uint8Array
  /** The perfect subtrees over the field hashes. */
  readonly node: NodeReader
  readonly commitment: Uint8Array
}

const saltLength = 32
export const entryKeyLength = 32
const count = fieldNames.length

/** One block of HKDF-SHA256 for each field, in their order; showing one tells nothing of the others. */
export function saltsOf(key: Uint8Array): Uint8Array {
  if (key.length !== entryKeyLength) throw new RangeError('an entry key has 32 bytes')
  return suite.hkdfSha256(key, noSalt, saltInfo, saltLength * count)
}

const noSalt = new Uint8Array(0)
const saltInfo = utf8('pouch/1 entry salts')

/** The salt of one field. */
export function saltAt(salts: Uint8Array, index: number): Uint8Array {
  return salts.subarray(index * saltLength, (index + 1) * saltLength)
}

/** Throws `malformed-structure` for a map with other fields. */
export function saltBytes(record: Uint8Array, salts: Uint8Array): SaltedBytes {
  const nodes = new Uint8Array(hashLength * nodeCount)
  putFieldHashes(nodes, mapEntries(record), salts)
  for (const { left, place } of parents) {
    for (let at = 0; at < 2 * hashLength; at++) pair[1 + at] = nodes[left + at] ?? 0
    suite.sha256Into(nodes, place, pair)
  }
  const node: NodeReader = (level, index) => {
    const place = placeOf(level, index)
    return nodes.subarray(place, place + hashLength)
  }
  return { salts, node, commitment: fold(peaks.map(({ level, index }) => node(level, index))) }
}

/** How many nodes each level of perfect subtrees has: 19, 9, 4, 2, 1. They lie side by side, the fields' hashes first. */
const widths = Array.from({ length: Math.floor(Math.log2(count)) + 1 }, (_, level) =>
  Math.floor(count / 2 ** level),
)
const nodeCount = widths.reduce((sum, width) => sum + width)
const peaks = perfectNodes({ start: 0, end: count })

function placeOf(level: number, index: number): number {
  const width = widths[level] ?? 0
  if (index < 0 || index >= width) throw new RangeError(`no node ${level}/${index}`)
  return hashLength * (widths.slice(0, level).reduce((sum, below) => sum + below, 0) + index)
}

/** For every node above the fields, the lowest first: where its two children begin, and where it goes. */
const parents = widths.flatMap((width, level) =>
  level === 0
    ? []
    : Array.from({ length: width }, (_, i) => ({
        left: placeOf(level - 1, 2 * i),
        place: placeOf(level, i),
      })),
)

// Hashing is synchronous and keeps nothing, so that one buffer serves every node.
const pair = new Uint8Array(1 + 2 * hashLength).fill(1, 0, 1)

function putFieldHashes(nodes: Uint8Array, fields: readonly Uint8Array[], salts: Uint8Array): void {
  let next = 0
  for (let i = 0; i < count; i++) {
    const lacking = absent[i] ?? noSalt
    const field = fields[next]
    const present = field !== undefined && begins(field, lacking)
    if (present) next += 1
    putFieldHash(nodes, i, salts, present ? field : lacking)
  }
  if (next < fields.length) throw new Rejected('malformed-structure', 'record: no further labels expected')
}

/** Each name as it is encoded, and null: what is hashed for a field that the record lacks. */
const absent = fieldNames.map((name) => Uint8Array.from([...encode(name), 0xf6]))

/** `lacking` is the name and one byte. */
function begins(field: Uint8Array, lacking: Uint8Array): boolean {
  for (let i = 0; i < lacking.length - 1; i++) if (field[i] !== lacking[i]) return false
  return true
}

/** H(0x00 ‖ [salt, name, value]). */
function putFieldHash(nodes: Uint8Array, i: number, salts: Uint8Array, field: Uint8Array): void {
  const input = inputOf(fieldAt + field.length)
  for (let at = 0; at < saltLength; at++) input[saltStart + at] = salts[i * saltLength + at] ?? 0
  copyInto(input, field, fieldAt)
  suite.sha256Into(nodes, i * hashLength, input)
}

/** A leaf of the tree, and [salt, name, value] up to the salt. */
const start = Uint8Array.of(0x00, 0x83, 0x58, 0x20)
const saltStart = start.length
const fieldAt = saltStart + saltLength

/** One buffer serves every field of a length, as one serves every node. */
function inputOf(length: number): Uint8Array {
  return length >= inputs.length ? beginField(length) : (inputs[length] ??= beginField(length))
}

const inputs = new Array<Uint8Array | undefined>(512).fill(undefined)

function beginField(length: number): Uint8Array {
  const input = new Uint8Array(length)
  input.set(start)
  return input
}
