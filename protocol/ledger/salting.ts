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
import { fold, nodeHash, perfectNodes } from './merkle.ts'
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
  const levels = [fieldHashes(mapEntries(record), salts)]
  for (let below = levels[0] ?? []; below.length > 1; ) {
    below = parents(below)
    levels.push(below)
  }
  const node: NodeReader = (level, index) => levels[level]?.[index] ?? missing(level, index)
  return { salts, node, commitment: fold(peaks.map(({ level, index }) => node(level, index))) }
}

const peaks = perfectNodes({ start: 0, end: count })

function missing(level: number, index: number): never {
  throw new RangeError(`no node ${level}/${index}`)
}

function fieldHashes(fields: readonly Uint8Array[], salts: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  let next = 0
  for (const [i, lacking] of absent.entries()) {
    const field = fields[next]
    const present = field !== undefined && begins(field, lacking)
    if (present) next += 1
    hashes.push(fieldHash(salts, i, present ? field : lacking))
  }
  if (next < fields.length) throw new Rejected('malformed-structure', 'record: no further labels expected')
  return hashes
}

/** Each name as it is encoded, and null: what is hashed for a field that the record lacks. */
const absent = fieldNames.map((name) => Uint8Array.from([...encode(name), 0xf6]))

/** `lacking` is the name and one byte. */
function begins(field: Uint8Array, lacking: Uint8Array): boolean {
  for (let i = 0; i < lacking.length - 1; i++) if (field[i] !== lacking[i]) return false
  return true
}

/** H(0x00 ‖ [salt, name, value]). */
function fieldHash(salts: Uint8Array, i: number, field: Uint8Array): Uint8Array {
  const length = fieldAt + field.length
  const input = length <= short.length ? short : beginField(length)
  for (let at = 0; at < saltLength; at++) input[saltStart + at] = salts[i * saltLength + at] ?? 0
  copyInto(input, field, fieldAt)
  return suite.sha256(input.subarray(0, length))
}

/** A leaf of the tree, and [salt, name, value] up to the salt. */
const start = Uint8Array.of(0x00, 0x83, 0x58, 0x20)
const saltStart = start.length
const fieldAt = saltStart + saltLength
// Hashing is synchronous and keeps nothing, so that one buffer serves every field that fits.
const short = beginField(512)

function beginField(length: number): Uint8Array {
  const input = new Uint8Array(length)
  input.set(start)
  return input
}

function parents(below: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = []
  for (let i = 0; i + 1 < below.length; i += 2) {
    const [left, right] = [below[i], below[i + 1]]
    if (left !== undefined && right !== undefined) above.push(nodeHash(left, right))
  }
  return above
}
