/**
 * Answers for the ciphersuites that published HPKE vectors use and the profile does not: they run through the project's
 * key schedule, with KEMs of the `hpke` package and the AEADs and HKDFs of node:crypto.
 */
import crypto from 'node:crypto'
import { turboshake128, turboshake256 } from '@noble/hashes/sha3-addons.js'
import * as hpke from 'hpke'
import { concat, utf8 } from '../../protocol/bytes.ts'
import { type Aead, type Ciphersuite, type Kdf, oneStage } from '../../protocol/hpke-schedule.ts'
import type { Suite } from '../../protocol/suite.ts'

const kems = new Map(
  [
    hpke.KEM_DHKEM_P256_HKDF_SHA256,
    hpke.KEM_DHKEM_P384_HKDF_SHA384,
    hpke.KEM_DHKEM_P521_HKDF_SHA512,
    hpke.KEM_DHKEM_X25519_HKDF_SHA256,
    hpke.KEM_DHKEM_X448_HKDF_SHA512,
    hpke.KEM_ML_KEM_512,
    hpke.KEM_ML_KEM_768,
    hpke.KEM_ML_KEM_1024,
    hpke.KEM_MLKEM768_P256,
    hpke.KEM_MLKEM768_X25519,
    hpke.KEM_MLKEM1024_P384,
  ].map((make) => [make().id, make] as const),
)

/** The shared secret by the `hpke` package. */
export async function decapsulate(id: number, secretKey: Uint8Array, enc: Uint8Array): Promise<Uint8Array> {
  const make = kems.get(id)
  if (make === undefined) throw new Error(`no KEM ${id}`)
  const kem = make()
  return kem.Decap(enc, await kem.DeserializePrivateKey(secretKey, false), undefined)
}

/** SHAKE256 and AES-256-GCM are those of the suite under test. */
export function ciphersuite(suite: Suite, kem: number, kdf: number, aead: number): Ciphersuite {
  return { kem, kdf: found(kdfs(suite), kdf), aead: found(aeads(suite), aead) }
}

function found<T extends { id: number }>(all: readonly T[], id: number): T {
  const one = all.find((candidate) => candidate.id === id)
  if (one === undefined) throw new Error(`no algorithm ${id}`)
  return one
}

function kdfs(suite: Suite): Kdf[] {
  const shake128 = (input: Uint8Array, outputLength: number) =>
    new Uint8Array(crypto.hash('shake128', input, { outputLength, outputEncoding: 'buffer' }))
  return [
    twoStage(1, 'sha256', 32),
    twoStage(2, 'sha384', 48),
    twoStage(3, 'sha512', 64),
    oneStage(0x10, 32, shake128),
    oneStage(0x11, 64, (input, length) => suite.shake256(input, length)),
    oneStage(0x12, 32, (input, dkLen) => turboshake128(input, { dkLen, D: 0x1f })),
    oneStage(0x13, 64, (input, dkLen) => turboshake256(input, { dkLen, D: 0x1f })),
  ]
}

/** RFC 9180 §4 and §5.1, over HKDF. */
function twoStage(id: number, hash: string, size: number): Kdf {
  const extract = (suiteId: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array) =>
    new Uint8Array(
      crypto
        .createHmac(hash, salt)
        .update(concat(utf8('HPKE-v1'), suiteId, utf8(label), secret))
        .digest(),
    )
  const expand = (
    suiteId: Uint8Array,
    key: Uint8Array,
    label: string,
    context: Uint8Array,
    length: number,
  ) => {
    const info = concat(Uint8Array.of(0, length), utf8('HPKE-v1'), suiteId, utf8(label), context)
    return hkdfExpand(hash, key, info, length)
  }
  return {
    id,
    size,
    combineSecrets: (suiteId, origin, lengths) => {
      const none = new Uint8Array(0)
      const idHash = extract(suiteId, none, 'psk_id_hash', origin.pskId)
      const context = concat(
        Uint8Array.of(origin.mode),
        idHash,
        extract(suiteId, none, 'info_hash', origin.info),
      )
      const secret = extract(suiteId, origin.sharedSecret, 'secret', origin.psk)
      return {
        key: expand(suiteId, secret, 'key', context, lengths.key),
        baseNonce: expand(suiteId, secret, 'base_nonce', context, lengths.nonce),
        exporterSecret: expand(suiteId, secret, 'exp', context, lengths.exporter),
      }
    },
  }
}

function hkdfExpand(hash: string, key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  let block = new Uint8Array(0)
  let output = new Uint8Array(0)
  for (let i = 1; output.length < length; i++) {
    block = new Uint8Array(
      crypto
        .createHmac(hash, key)
        .update(concat(block, info, Uint8Array.of(i)))
        .digest(),
    )
    output = Uint8Array.from([...output, ...block])
  }
  return output.slice(0, length)
}

function aeads(suite: Suite): Aead[] {
  const aes256Gcm: Aead = {
    id: 2,
    keySize: 32,
    nonceSize: 12,
    seal: (key, nonce, aad, plaintext) => suite.aes256GcmSeal(key, nonce, aad, plaintext),
    open: (key, nonce, aad, ciphertext) => suite.aes256GcmOpen(key, nonce, aad, ciphertext),
  }
  return [nodeAead(1, 'aes-128-gcm', 16), aes256Gcm, nodeAead(3, 'chacha20-poly1305', 32)]
}

export function nodeAead(
  id: number,
  name: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305',
  keySize: number,
): Aead {
  const tag = { authTagLength: 16 }
  return {
    id,
    keySize,
    nonceSize: 12,
    seal: (key, nonce, aad, plaintext) => {
      const cipher = crypto.createCipheriv(name as 'aes-128-gcm', key, nonce, tag).setAAD(aad)
      return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
    },
    open: (key, nonce, aad, ciphertext) => {
      const decipher = crypto.createDecipheriv(name as 'aes-128-gcm', key, nonce, tag).setAAD(aad)
      decipher.setAuthTag(ciphertext.subarray(-16))
      const plaintext = decipher.update(ciphertext.subarray(0, -16))
      try {
        return concat(plaintext, decipher.final())
      } catch {
        return undefined
      }
    },
  }
}
