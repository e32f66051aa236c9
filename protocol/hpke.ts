/**
 * Answers for wrapping a content key to a recipient: HPKE base mode with the one ciphersuite of profile 1, COSE algorithm
 * HPKE-9-KE (57): X-Wing (0x647a), SHAKE256 (0x0011), AES-256-GCM (0x0002), one message per context
 * (draft-ietf-hpke-hpke, draft-ietf-cose-hpke, draft-ietf-cose-hpke-pq-pqt).
 */
import { suite } from '#suite'
import { encodeFlat } from './cbor.ts'
import { type Ciphersuite, keySchedule, oneStage, type Secrets } from './hpke-schedule.ts'
import { algorithms } from './numbers.ts'
import { type Decapsulator, type Encapsulation, type Encapsulator, sizes } from './suite.ts'
import { xWingSizes } from './xwing.ts'

export interface WrappedKey {
  /** The encapsulated key, COSE header `ek` (−4). */
  readonly ek: Uint8Array
  readonly wrapped: Uint8Array
}

const ciphersuite: Ciphersuite = {
  kem: 0x647a,
  kdf: oneStage(0x0011, 64, (input, length) => suite.shake256(input, length)),
  aead: {
    id: 0x0002,
    keySize: sizes.aes256Gcm.key,
    nonceSize: sizes.aes256Gcm.iv,
    seal: (key, nonce, aad, plaintext) => suite.aes256GcmSeal(key, nonce, aad, plaintext),
    open: (key, nonce, aad, ciphertext) => suite.aes256GcmOpen(key, nonce, aad, ciphertext),
  },
}

const schedule = keySchedule(ciphersuite)
const empty = new Uint8Array(0)

export function wrapKey(
  recipient: Pick<Encapsulator, 'encapsulate'>,
  info: Uint8Array,
  key: Uint8Array,
): WrappedKey {
  return wrapped(recipient.encapsulate(), info, key)
}

/** The same, encapsulated off the calling thread. */
export async function wrapKeyOffThread(
  recipient: Encapsulator,
  info: Uint8Array,
  key: Uint8Array,
): Promise<WrappedKey> {
  return wrapped(await recipient.encapsulateOffThread(), info, key)
}

function wrapped({ ciphertext, sharedSecret }: Encapsulation, info: Uint8Array, key: Uint8Array): WrappedKey {
  const secrets = baseMode(sharedSecret, info)
  return { ek: ciphertext, wrapped: ciphersuite.aead.seal(secrets.key, secrets.baseNonce, empty, key) }
}

/** `undefined` when the key was not wrapped to this opener with this `info`, for whatever reason. */
export function unwrapKey(
  opener: Pick<Decapsulator, 'decapsulate'>,
  ek: Uint8Array,
  info: Uint8Array,
  wrapped: Uint8Array,
): Uint8Array | undefined {
  if (ek.length !== xWingSizes.ciphertext) return undefined
  const secrets = baseMode(opener.decapsulate(ek), info)
  return ciphersuite.aead.open(secrets.key, secrets.baseNonce, empty, wrapped)
}

/** Recipient_structure of draft-ietf-cose-hpke: the next layer is A256GCM (3), `extra` binds what the caller needs. */
export function recipientInfo(recipientProtected: Uint8Array, extra: Uint8Array): Uint8Array {
  return encodeFlat(['HPKE Recipient', algorithms.a256Gcm, recipientProtected, extra])
}

function baseMode(sharedSecret: Uint8Array, info: Uint8Array): Secrets {
  return schedule({ mode: 0, sharedSecret, info, psk: empty, pskId: empty })
}
