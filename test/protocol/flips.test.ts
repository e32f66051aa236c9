/**
 * Answers for one flipped bit anywhere: refused, in every object of the protocol. Of the larger ones a sample is tried, the
 * same on every run; each test says of what, and prints how many flips it made.
 */
import { expect, test, vi } from 'vitest'
import { verifyAcknowledgement } from '../../protocol/acknowledgement.ts'
import { verifyAttestation } from '../../protocol/attestation/verify.ts'
import { verify } from '../../protocol/envelope/verify.ts'
import { Rejected } from '../../protocol/errors.ts'
import { acceptFirst } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { bitOfEachByte, bitsOf, bitsOutside, sampled } from '../support/bits.ts'
import { flipped } from '../support/bytes.ts'
import { acknowledgement, attestation, envelope, to } from '../support/objects.ts'
import { directory, document, nld, now, roots, signedBy } from '../support/parties.ts'

const KiB = 1024
const seed = 0x9e3779b9
const nothing: readonly [number, number] = [0, 0]

vi.setConfig({ testTimeout: 6 * 3_600_000 })

/** Flips each of the bits; gives how often which code refused, and fails with the first bit that passes. */
function refusals(bytes: Uint8Array, bits: Iterable<number>, read: (bytes: Uint8Array) => unknown): string {
  const codes = new Map<string, number>()
  for (const bit of bits) {
    const code = codeOf(() => read(flipped(bytes, bit)))
    if (code === undefined) throw new Error(`bit ${bit} of ${8 * bytes.length} may be either`)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  const total = [...codes.values()].reduce((sum, count) => sum + count, 0)
  const list = [...codes].toSorted((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`)
  return `${total} flips of ${bytes.length} bytes refused: ${list.join(', ')}`
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof Rejected) return error.code
    throw error
  }
}

const readEnvelope = (bytes: Uint8Array) => verify(bytes, directory, now)

/** Of the larger objects every bit is tried where there is time for it (some two hours): POUCH_EVERY_BIT=1. */
const thorough = process.env['POUCH_EVERY_BIT'] === '1'
const most = (bytes: Uint8Array, except = nothing) =>
  thorough ? bitsOutside(bytes, except) : bitOfEachByte(bytes, except, seed)
const whichBits = thorough ? 'every bit' : 'a bit of every byte'
const whichInside = thorough ? 'every bit' : '1000 bits'
const someOf = (range: readonly [number, number]) => (thorough ? bitsOf(range) : sampled(range, 1000, seed))

/** An envelope whose plaintext is of this size class, to one recipient. */
const sealed = (size: number): Uint8Array =>
  envelope({ documents: [new Uint8Array(size - 200)], recipients: [to(nld)] })

/** Where the ciphertext lies: after its head, up to the recipients. */
function ciphertextOf(bytes: Uint8Array, size: number): readonly [number, number] {
  const length = size + 16
  const head =
    length < 0x10000
      ? [0x59, length >> 8, length & 0xff]
      : [0x5a, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]
  const at = bytes.findIndex((_, i) => head.every((byte, j) => bytes[i + j] === byte))
  if (at < 0) throw new Error('no ciphertext found')
  return [at + head.length, at + head.length + length]
}

test(`envelope, size class 1 KiB: ${whichBits} flipped is refused`, () => {
  const bytes = sealed(KiB)
  console.info(refusals(bytes, most(bytes), readEnvelope))
})

test(`envelope, size class 4 KiB: ${whichBits} flipped is refused`, () => {
  const bytes = sealed(4 * KiB)
  console.info(refusals(bytes, most(bytes), readEnvelope))
})

test.each([
  16, 64, 256,
])(`envelope, size class %i KiB: ${whichBits} outside the ciphertext, ${whichInside} inside, flipped is refused`, (size) => {
  const bytes = sealed(size * KiB)
  const inside = ciphertextOf(bytes, size * KiB)
  console.info(refusals(bytes, most(bytes, inside), readEnvelope))
  console.info(`ciphertext: ${refusals(bytes, someOf(inside), readEnvelope)}`)
})

test(`attestation: ${whichBits} flipped is refused`, () => {
  const bytes = attestation()
  console.info(refusals(bytes, most(bytes), (each) => verifyAttestation(each, directory, now)))
})

test(`acknowledgement: ${whichBits} flipped is refused`, () => {
  const bytes = acknowledgement()
  console.info(refusals(bytes, most(bytes), (each) => verifyAcknowledgement(each, directory, now)))
})

test.each([
  ['one of one root', 1],
  ['two of two roots, though one is enough', 2],
])(`registry, signed by %s: ${whichBits} flipped is refused`, (_, signers) => {
  const small = { ...document, parties: [], schemes: [], agreements: [] }
  const ofRoots = { threshold: 1, signers: document.roots.signers.slice(0, signers) }
  const bytes = signedBy({ ...small, roots: ofRoots }, roots.slice(0, signers))
  const pinned = rootsDigest(ofRoots)
  expect(acceptFirst(bytes, pinned).document.version).toBe(1)
  console.info(refusals(bytes, most(bytes), (each) => acceptFirst(each, pinned)))
})
