/**
 * Answers for one ciphertext that AES-256-GCM opens under two keys, to two messages (Dodis, Grubbs, Ristenpart and Woodage
 * 2018): the difference of the two tags is linear in the authenticated bits, so sixteen free bytes of them close it.
 */
import { createCipheriv } from 'node:crypto'
import { concat, fromHex, toHex } from '../../protocol/bytes.ts'

/** GF(2^128) as in NIST SP 800-38D §6.3: the leftmost bit is the coefficient of x^0. */
const reduction = 0xe1n << 120n
const one = 1n << 127n

function times(a: bigint, b: bigint): bigint {
  let [product, shifted] = [0n, b]
  for (let bit = 127n; bit >= 0n; bit--) {
    if (((a >> bit) & 1n) === 1n) product ^= shifted
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ reduction : shifted >> 1n
  }
  return product
}

function power(base: bigint, exponent: number): bigint {
  let result = one
  for (let i = 0; i < exponent; i++) result = times(result, base)
  return result
}

function blockAt(bytes: Uint8Array, at: number): bigint {
  const block = new Uint8Array(16)
  block.set(bytes.subarray(at, at + 16))
  return BigInt(`0x${toHex(block)}`)
}

function blocks(bytes: Uint8Array): readonly bigint[] {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => blockAt(bytes, 16 * i))
}

/** What GHASH runs over (§6.4): additional data, ciphertext, their lengths in bits. */
function hashed(aad: Uint8Array, ciphertext: Uint8Array): readonly bigint[] {
  const lengths = (BigInt(8 * aad.length) << 64n) | BigInt(8 * ciphertext.length)
  return [...blocks(aad), ...blocks(ciphertext), lengths]
}

const ghash = (h: bigint, over: readonly bigint[]): bigint => over.reduce((y, x) => times(y ^ x, h), 0n)

function aes(key: Uint8Array, block: Uint8Array): Uint8Array {
  return createCipheriv('aes-256-ecb', key, null).update(block)
}

export interface Collision {
  /** The sixteen free bytes. */
  readonly free: Uint8Array
  /** With its tag. */
  readonly ciphertext: Uint8Array
}

/**
 * A ciphertext that opens to `body` under the first key, and to something else under the second. `aadWith` gives the
 * additional data for the sixteen free bytes that are part of it. `undefined`: not with this iv; about every other does.
 */
export function collide(
  keys: readonly [Uint8Array, Uint8Array],
  iv: Uint8Array,
  body: Uint8Array,
  aadWith: (free: Uint8Array) => Uint8Array,
): Collision | undefined {
  const stream = createCipheriv('aes-256-ctr', keys[0], concat(iv, Uint8Array.of(0, 0, 0, 2)))
  const ciphertext = stream.update(body)
  const bare = aadWith(new Uint8Array(16))
  const at = bare.findIndex((byte, i) => byte !== aadWith(new Uint8Array(16).fill(0xff))[i])
  const over = hashed(bare, ciphertext)
  const sides = keys.map((key) => ({
    h: blockAt(aes(key, new Uint8Array(16)), 0),
    mask: blockAt(aes(key, concat(iv, Uint8Array.of(0, 0, 0, 1))), 0),
  }))
  const difference = sides.reduce((sum, { h, mask }) => sum ^ mask ^ ghash(h, over), 0n)
  const first = Math.floor(at / 16)
  const weights = [0, 1].map((next) =>
    sides.reduce((sum, { h }) => sum ^ power(h, over.length - first - next), 0n),
  )
  const free = solve(columns(weights, at % 16), difference)
  const [side] = sides
  if (side === undefined || free === undefined) return undefined
  const tag = side.mask ^ ghash(side.h, hashed(aadWith(free), ciphertext))
  return { free, ciphertext: concat(ciphertext, bytesOf(tag)) }
}

/** What each of the 128 free bits adds to the difference of the tags; they lie across two blocks. */
function columns(weights: readonly bigint[], offset: number): readonly bigint[] {
  return Array.from({ length: 128 }, (_, bit) => {
    const at = 8 * offset + bit
    return times(1n << BigInt(127 - (at % 128)), weights[Math.floor(at / 128)] ?? 0n)
  })
}

/** Gauss: which columns sum to the wanted value. */
function solve(vectors: readonly bigint[], wanted: bigint): Uint8Array | undefined {
  const pivots = new Map<number, readonly [vector: bigint, from: bigint]>()
  const reduced = (vector: bigint, from: bigint): readonly [bigint, bigint] => {
    const pivot = pivots.get(vector.toString(2).length)
    return vector === 0n || pivot === undefined ? [vector, from] : reduced(vector ^ pivot[0], from ^ pivot[1])
  }
  for (const [bit, column] of vectors.entries()) {
    const [vector, from] = reduced(column, 1n << BigInt(127 - bit))
    if (vector !== 0n) pivots.set(vector.toString(2).length, [vector, from])
  }
  const [rest, from] = reduced(wanted, 0n)
  return rest === 0n ? bytesOf(from) : undefined
}

function bytesOf(block: bigint): Uint8Array {
  return fromHex(block.toString(16).padStart(32, '0')) ?? new Uint8Array(0)
}
