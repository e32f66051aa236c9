/** Answers for both back ends giving the published verdict on every Wycheproof vector that the profile's suite can take. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { concat, equal } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import type { Suite, Verifier } from '../../protocol/suite.ts'
import { backEnds } from '../support/back-ends.ts'
import { hex } from '../support/bytes.ts'
import { counted } from '../support/vectors.ts'
import { wycheproof } from '../support/wycheproof.ts'

const text = z.string()

const ed25519 = wycheproof(
  'ed25519_test.json',
  { publicKey: z.object({ pk: text }) },
  { msg: text, sig: text },
)
const x25519 = wycheproof('x25519_test.json', {}, { public: text, private: text, shared: text })
const mlKem = wycheproof('mlkem_768_test.json', {}, { seed: text, ek: text.optional(), c: text, K: text })
const mlKemEncaps = wycheproof('mlkem_768_encaps_test.json', {}, { ek: text })
const mlDsaVerify = wycheproof(
  'mldsa_65_verify_test.json',
  { publicKey: text },
  { msg: text, sig: text, ctx: text.optional() },
)
const mlDsaSign = wycheproof(
  'mldsa_65_sign_seed_test.json',
  { publicKey: text.nullable(), privateSeed: text },
  { msg: text.optional(), sig: text, ctx: text.optional() },
)
const aesGcm = wycheproof(
  'aes_gcm_test.json',
  { ivSize: z.number(), keySize: z.number(), tagSize: z.number() },
  { key: text, iv: text, aad: text, msg: text, ct: text, tag: text },
)
const hkdf = wycheproof(
  'hkdf_sha256_test.json',
  {},
  { ikm: text, salt: text, info: text, size: z.number(), okm: text },
)

/** The ids of the tests whose verdict differs from the published one: none. */
function differing<T extends { tcId: number }>(rows: readonly T[], agrees: (row: T) => boolean): number[] {
  return rows.filter((row) => !agrees(row)).map(({ tcId }) => tcId)
}

function refusesKey(importKey: () => unknown): boolean {
  try {
    importKey()
    return false
  } catch (refusal) {
    return refusal instanceof Rejected && refusal.code === 'bad-key'
  }
}

function accepts(importKey: () => Verifier, message: string, signature: string): boolean {
  return !refusesKey(importKey) && importKey().verify(hex(message), hex(signature))
}

describe.each(backEnds)('Wycheproof on $backEnd', (suite: Suite) => {
  const name = (set: string) => `Wycheproof ${set} (${suite.backEnd})`

  test.skipIf(ed25519 === undefined)('Ed25519', () => {
    const rows = counted(name('Ed25519'), ed25519 ?? [])
    const verdict = (row: (typeof rows)[number]) =>
      accepts(() => suite.ed25519Verifier(hex(row.group.publicKey.pk)), row.msg, row.sig)
    expect(differing(rows, (row) => verdict(row) === (row.result === 'valid'))).toEqual([])
  })

  test.skipIf(x25519 === undefined)('X25519, twist and low order included', () => {
    const rows = counted(name('X25519'), x25519 ?? [])
    const shared = (row: (typeof rows)[number]) =>
      suite.x25519Decapsulator(hex(row.private)).decapsulate(hex(row.public))
    expect(differing(rows, (row) => equal(shared(row), hex(row.shared)))).toEqual([])
  })

  test.skipIf(mlKem === undefined)('ML-KEM-768 from seed', () => {
    const rows = counted(name('ML-KEM-768'), mlKem ?? [])
    const right = (row: (typeof rows)[number]) => {
      const decapsulator = suite.mlKem768Decapsulator(hex(row.seed))
      const sameKey = row.ek === undefined || equal(decapsulator.publicKey, hex(row.ek))
      return sameKey && equal(decapsulator.decapsulate(hex(row.c)), hex(row.K))
    }
    const refused = (row: (typeof rows)[number]) => {
      try {
        return !right(row)
      } catch (refusal) {
        return refusal instanceof Rejected
      }
    }
    const agrees = (row: (typeof rows)[number]) => (row.result === 'valid' ? right(row) : refused(row))
    expect(differing(rows, agrees)).toEqual([])
  })

  test.skipIf(mlKemEncaps === undefined)('ML-KEM-768 public keys', () => {
    const rows = counted(name('ML-KEM-768 encapsulation keys'), mlKemEncaps ?? [])
    const refused = (row: (typeof rows)[number]) => refusesKey(() => suite.mlKem768Encapsulator(hex(row.ek)))
    expect(differing(rows, (row) => refused(row) === (row.result === 'invalid'))).toEqual([])
  })

  test.skipIf(mlDsaVerify === undefined)('ML-DSA-65 signatures; one with a context is none of ours', () => {
    const rows = counted(name('ML-DSA-65 verify'), mlDsaVerify ?? [])
    const verdict = (row: (typeof rows)[number]) =>
      accepts(() => suite.mlDsa65Verifier(hex(row.group.publicKey)), row.msg, row.sig)
    const good = (row: (typeof rows)[number]) => row.result === 'valid' && (row.ctx ?? '') === ''
    expect(differing(rows, (row) => verdict(row) === good(row))).toEqual([])
  })

  test.skipIf(mlDsaSign === undefined)('ML-DSA-65 seeds', () => {
    const withMessage = (mlDsaSign ?? []).filter(({ msg, ctx }) => msg !== undefined && (ctx ?? '') === '')
    const rows = counted(name('ML-DSA-65 sign from seed'), withMessage)
    const right = ({ group, msg = '', sig }: (typeof rows)[number]) => {
      const signer = suite.mlDsa65Signer(hex(group.privateSeed))
      const verifier = suite.mlDsa65Verifier(signer.publicKey)
      const own = signer.sign(hex(msg))
      return (
        equal(signer.publicKey, hex(group.publicKey ?? '')) &&
        verifier.verify(hex(msg), hex(sig)) &&
        verifier.verify(hex(msg), own)
      )
    }
    const agrees = (row: (typeof rows)[number]) =>
      row.result === 'valid' ? right(row) : refusesKey(() => suite.mlDsa65Signer(hex(row.group.privateSeed)))
    expect(differing(rows, agrees)).toEqual([])
  })

  test.skipIf(aesGcm === undefined)('AES-256-GCM with a 96-bit iv and a 128-bit tag', () => {
    const ours = (aesGcm ?? []).filter(
      ({ group }) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128,
    )
    const rows = counted(name('AES-256-GCM'), ours)
    const agrees = (row: (typeof rows)[number]) => {
      const inputs = [hex(row.key), hex(row.iv), hex(row.aad)] as const
      const sealed = concat(hex(row.ct), hex(row.tag))
      const opened = suite.aes256GcmOpen(...inputs, sealed)
      const resealed = suite.aes256GcmSeal(...inputs, hex(row.msg))
      return row.result === 'valid'
        ? opened !== undefined && equal(opened, hex(row.msg)) && equal(resealed, sealed)
        : opened === undefined
    }
    expect(differing(rows, agrees)).toEqual([])
  })

  test.skipIf(hkdf === undefined)('HKDF-SHA256', () => {
    const rows = counted(name('HKDF-SHA256'), hkdf ?? [])
    const derived = (row: (typeof rows)[number]) =>
      suite.hkdfSha256(hex(row.ikm), hex(row.salt), hex(row.info), row.size)
    const good = rows.filter(({ result }) => result === 'valid')
    expect(differing(good, (row) => equal(derived(row), hex(row.okm)))).toEqual([])
    for (const row of rows.filter(({ result }) => result === 'invalid')) expect(() => derived(row)).toThrow()
  })
})
