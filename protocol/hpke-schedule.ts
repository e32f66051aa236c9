/**
 * Answers for the HPKE key schedule (draft-ietf-hpke-hpke §5.1), written once for any ciphersuite so that it can be
 * tried on the published vectors of many. The profile uses one of them: `hpke.ts`, which alone imports this file.
 */
import { concat, utf8 } from './bytes.ts'

export interface Ciphersuite {
  readonly kem: number
  readonly kdf: Kdf
  readonly aead: Aead
}

export interface Kdf {
  readonly id: number
  /** Nh, the size of the exporter secret. */
  readonly size: number
  combineSecrets(suiteId: Uint8Array, origin: Origin, size: SecretSizes): Secrets
}

export interface Aead {
  readonly id: number
  readonly keySize: number
  readonly nonceSize: number
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
}

/** Whence the secrets of a context come. Base mode is 0, with empty psk and pskId. */
export interface Origin {
  readonly mode: 0 | 1
  readonly sharedSecret: Uint8Array
  readonly info: Uint8Array
  readonly psk: Uint8Array
  readonly pskId: Uint8Array
}

interface SecretSizes {
  readonly key: number
  readonly nonce: number
  readonly exporter: number
}

export interface Secrets {
  readonly key: Uint8Array
  readonly baseNonce: Uint8Array
  readonly exporterSecret: Uint8Array
}

export function keySchedule(ciphersuite: Ciphersuite): (origin: Origin) => Secrets {
  const { kdf, aead } = ciphersuite
  const id = suiteId(ciphersuite)
  const size = { key: aead.keySize, nonce: aead.nonceSize, exporter: kdf.size }
  return (origin) => kdf.combineSecrets(id, origin, size)
}

export function suiteId({ kem, kdf, aead }: Ciphersuite): Uint8Array {
  return concat(utf8('HPKE'), twoBytes(kem), twoBytes(kdf.id), twoBytes(aead.id))
}

/** A KDF that derives in one call, as SHAKE256 does: LabeledDerive with the label `secret`. */
export function oneStage(
  id: number,
  size: number,
  derive: (input: Uint8Array, length: number) => Uint8Array,
): Kdf {
  const version = utf8('HPKE-v1')
  const label = lengthPrefixed(utf8('secret'))
  return {
    id,
    size,
    combineSecrets: (suite, { mode, sharedSecret, info, psk, pskId }, { key, nonce, exporter }) => {
      const length = key + nonce + exporter
      const secrets = [...lengthPrefixed(psk), ...lengthPrefixed(sharedSecret)]
      const context = [Uint8Array.of(mode), ...lengthPrefixed(pskId), ...lengthPrefixed(info)]
      const all = derive(concat(...secrets, version, suite, ...label, twoBytes(length), ...context), length)
      return {
        key: all.slice(0, key),
        baseNonce: all.slice(key, key + nonce),
        exporterSecret: all.slice(key + nonce),
      }
    },
  }
}

function lengthPrefixed(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  return [twoBytes(bytes.length), bytes]
}

function twoBytes(value: number): Uint8Array {
  if (value > 0xffff) throw new RangeError(`${value} does not fit in two bytes`)
  return Uint8Array.of(value >> 8, value & 0xff)
}
