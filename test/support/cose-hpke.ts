/**
 * Answers for opening any COSE-HPKE message, whatever its ciphersuite, through the project's key schedule: Encrypt0
 * (integrated encryption) and Encrypt with one recipient (key encryption), as draft-ietf-cose-hpke §3 has them.
 */
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { type Aead, keySchedule } from '../../protocol/hpke-schedule.ts'
import { headers } from '../../protocol/numbers.ts'
import type { Suite } from '../../protocol/suite.ts'
import { ciphersuite, decapsulate, nodeAead } from './hpke-suites.ts'

/** KEM, KDF and AEAD of each HPKE-n, and its COSE algorithms: integrated, key encryption. */
const algorithms: readonly (readonly [kem: number, kdf: number, aead: number, cose: readonly number[]])[] = [
  [0x10, 1, 1, [35, 46]],
  [0x11, 2, 2, [37, 47]],
  [0x12, 3, 2, [39, 48]],
  [0x20, 1, 1, [41, 49]],
  [0x20, 1, 3, [42, 50]],
  [0x21, 3, 2, [43, 51]],
  [0x21, 3, 3, [44, 52]],
  [0x10, 1, 2, [45, 53]],
  [0x50, 0x11, 2, [54, 55]],
  [0x647a, 0x11, 2, [56, 57]],
  [0x51, 0x11, 2, [58, 59]],
  [0x40, 0x11, 1, [60, 61]],
  [0x41, 0x11, 2, [62, 63]],
  [0x42, 0x11, 2, [64, 65]],
]

/** AEAD of HPKE for a COSE content algorithm; the published messages use ivs of any length, so all are node:crypto's. */
const contentAeads = new Map<CborValue, Aead>([
  [1, nodeAead(1, 'aes-128-gcm', 16)],
  [3, nodeAead(2, 'aes-256-gcm', 32)],
  [24, nodeAead(3, 'chacha20-poly1305', 32)],
])

export interface Supplied {
  readonly externalAad: Uint8Array
  /** `info` for Encrypt0, `recipient_extra_info` for Encrypt. */
  readonly info: Uint8Array
  readonly hpkeAad: Uint8Array
  readonly psk: Uint8Array
}

export async function openCose(
  suite: Suite,
  message: Uint8Array,
  secretKey: Uint8Array,
  supplied: Supplied,
): Promise<Uint8Array | undefined> {
  const whole = decode(message)
  if (!(whole instanceof Tag) || !Array.isArray(whole.value)) throw new Error('not COSE')
  const [protectedBytes, unprotected, ciphertext, recipients] = whole.value as CborValue[]
  const layer = { protectedBytes: asBytes(protectedBytes), unprotected: asMap(unprotected) }
  if (whole.tag === 16) {
    const aad = encode(['Encrypt0', layer.protectedBytes, supplied.externalAad])
    return openHpke(suite, layer, asBytes(ciphertext), secretKey, supplied.psk, supplied.info, aad)
  }
  const [recipient] = recipients as CborValue[][]
  const inner = { protectedBytes: asBytes(recipient?.[0]), unprotected: asMap(recipient?.[1]) }
  const algorithm = asMap(decode(layer.protectedBytes)).get(headers.alg) ?? null
  const info = encode(['HPKE Recipient', algorithm, inner.protectedBytes, supplied.info])
  const wrapped = asBytes(recipient?.[2])
  const key = await openHpke(suite, inner, wrapped, secretKey, supplied.psk, info, supplied.hpkeAad)
  const aead = contentAeads.get(algorithm)
  const aad = encode(['Encrypt', layer.protectedBytes, supplied.externalAad])
  return key && aead?.open(key, asBytes(layer.unprotected.get(headers.iv)), aad, asBytes(ciphertext))
}

interface Layer {
  readonly protectedBytes: Uint8Array
  readonly unprotected: ReadonlyMap<CborValue, CborValue>
}

const headerPskId = -5

async function openHpke(
  suite: Suite,
  layer: Layer,
  ciphertext: Uint8Array,
  secretKey: Uint8Array,
  psk: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array | undefined> {
  const header = asMap(decode(layer.protectedBytes))
  const found = algorithms.find(([, , , cose]) => cose.includes(Number(header.get(headers.alg))))
  if (found === undefined) throw new Error('not an HPKE algorithm')
  const [kem, kdf, aead] = found
  const tried = ciphersuite(suite, kem, kdf, aead)
  const sharedSecret = await decapsulate(kem, secretKey, asBytes(layer.unprotected.get(headers.ek)))
  const pskId = header.get(headerPskId) ?? layer.unprotected.get(headerPskId)
  const origin =
    pskId === undefined
      ? { mode: 0 as const, psk: new Uint8Array(0), pskId: new Uint8Array(0) }
      : { mode: 1 as const, psk, pskId: asBytes(pskId) }
  const secrets = keySchedule(tried)({ ...origin, sharedSecret, info })
  return tried.aead.open(secrets.key, secrets.baseNonce, aad, ciphertext)
}

/** The secret member of a COSE_Key: d of EC2 and OKP, priv of AKP. */
export function secretOf(coseKey: Uint8Array): Uint8Array {
  const key = asMap(decode(coseKey))
  return asBytes(key.get(1) === 7 ? key.get(-2) : key.get(-4))
}

function asBytes(value: CborValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error('byte string expected')
  return value
}

function asMap(value: CborValue | undefined): ReadonlyMap<CborValue, CborValue> {
  if (!(value instanceof Map)) throw new Error('map expected')
  return value
}
