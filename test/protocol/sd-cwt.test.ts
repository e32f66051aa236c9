/**
 * Answers for the published SD-CWT examples (draft-ietf-spice-sd-cwt): our hash of a disclosure is theirs, wherever it is
 * redacted, and our signature structure is what their issuer and holder signed. They are foreign CBOR with floats,
 * other tags and algorithms, so they are read leniently; nothing of ours is.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { suite } from '#suite'
import { disclosureHash } from '../../protocol/attestation/format.ts'
import { toHex } from '../../protocol/bytes.ts'
import { encode } from '../../protocol/cbor.ts'
import { decodeLenient, ForeignTag, type ForeignValue, Unassigned } from '../../protocol/lenient.ts'
import { headers, tags } from '../../protocol/numbers.ts'
import { counted, vectors } from '../support/vectors.ts'

const folder = vectors('sd-cwt')
const examples = folder === undefined ? [] : readdirSync(path.join(folder, 'examples'))

interface Token {
  readonly name: string
  readonly protectedBytes: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly disclosures: readonly Uint8Array[]
  /** A key-binding token carries the issuer's token in its header. */
  readonly bound: Token | undefined
}

type ForeignMap = ReadonlyMap<ForeignValue, ForeignValue>

function token(name: string, value: ForeignValue): Token {
  if (!(value instanceof ForeignTag) || value.tag !== tags.sign1) throw new Error(`${name} is no COSE_Sign1`)
  const [protectedBytes, unprotected, payload, signature] = value.value as [
    Uint8Array,
    ForeignMap,
    Uint8Array,
    Uint8Array,
  ]
  const header = decodeLenient(protectedBytes) as ForeignMap
  const inner = [...header.values()].find((each) => each instanceof ForeignTag && each.tag === tags.sign1)
  return {
    ...{ name, protectedBytes, payload, signature },
    disclosures: (unprotected.get(headers.sdClaims) ?? []) as readonly Uint8Array[],
    bound: inner === undefined ? undefined : token(`${name}, the issuer’s part`, inner),
  }
}

const read = (file: string) =>
  token(file, decodeLenient(readFileSync(path.join(folder ?? '', 'examples', file))))
const withInner = (one: Token): readonly Token[] => (one.bound === undefined ? [one] : [one, one.bound])
const tokens = examples
  .filter((file) => file.endsWith('cwt.cbor') || file.endsWith('kbt.cbor'))
  .flatMap((file) => withInner(read(file)))

/** Every hash that stands for something redacted: under simple(59) or as an element with tag 60, at any depth. */
function redactions(value: ForeignValue): readonly string[] {
  if (value instanceof ForeignTag) {
    return value.tag === tags.redactedElement ? [toHex(value.value as Uint8Array)] : redactions(value.value)
  }
  if (Array.isArray(value)) return value.flatMap((item: ForeignValue) => redactions(item))
  if (!(value instanceof Map)) return []
  return [...(value as ForeignMap)].flatMap(([key, item]) =>
    key instanceof Unassigned && key.simple === 59
      ? (item as readonly Uint8Array[]).map(toHex)
      : redactions(item),
  )
}

const issuerKey = () => createPublicKey(readFileSync(path.join(folder ?? '', 'issuer_pubkey.pem')))
const holderKey = () => createPublicKey(readFileSync(path.join(folder ?? '', 'holder_pubkey.pem')))

/** RFC 9052 §4.4, for COSE_Sign1. */
function signed({ protectedBytes, payload, signature }: Token, hash: string, key: KeyObject): boolean {
  const message = encode(['Signature1', protectedBytes, new Uint8Array(0), payload])
  return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}

test.skipIf(folder === undefined)('the hash of every disclosure is among the redacted ones', () => {
  const carrying = tokens.filter(({ disclosures }) => disclosures.length > 0)
  const all = carrying.flatMap(({ name, payload, disclosures }) => {
    // A disclosure may itself hold redacted parts of what it discloses.
    const slots = [payload, ...disclosures].flatMap((bytes) => redactions(decodeLenient(bytes)))
    return disclosures.map((bytes) => ({ name, bytes, slots }))
  })
  for (const { name, bytes, slots } of counted('SD-CWT disclosures', all)) {
    expect(slots, name).toContain(toHex(disclosureHash(bytes)))
    expect(slots, name).not.toContain(toHex(disclosureHash(bytes.with(5, (bytes[5] ?? 0) ^ 1))))
  }
})

test.skipIf(folder === undefined)(
  'an excerpt of the draft leaves the head off, which its tokens do not',
  () => {
    const file = (name: string) => readFileSync(path.join(folder ?? '', 'examples', name))
    const disclosure = new Uint8Array(file('first-disclosure.cborseq'))
    const excerpt = file('first-blinded-hash.txt').toString('utf8').trim()
    expect(toHex(suite.sha256(disclosure))).toBe(excerpt)
    const issued = tokens.find(({ name }) => name === 'issuer_cwt.cbor')
    const slots = redactions(decodeLenient(issued?.payload ?? disclosure))
    expect(slots).toContain(toHex(disclosureHash(disclosure)))
    expect(slots).not.toContain(excerpt)
  },
)

test.skipIf(folder === undefined)('issuer and holder signed our Sig_structure', () => {
  const results = tokens.map((one) => ({
    name: one.name,
    by: one.bound === undefined ? 'issuer' : 'holder',
    good: one.bound === undefined ? signed(one, 'sha384', issuerKey()) : signed(one, 'sha256', holderKey()),
  }))
  for (const { name, by, good } of counted('SD-CWT signatures', results))
    expect(good, `${name} by ${by}`).toBe(true)
})
