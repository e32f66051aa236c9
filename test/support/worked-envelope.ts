/**
 * Answers for the worked example of envelope.md: opens the first envelope of the vectors for its first recipient step by
 * step, as README.md and envelope.md write the steps, with the suite's primitives and none of the code that opens envelopes.
 */
import path from 'node:path'
import { suite } from '#suite'
import { concat, toHex, utf8 } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, Tag } from '../../protocol/cbor.ts'
import { hex } from './bytes.ts'
import { root } from './documents.ts'
import { readJson } from './vectors.ts'

interface EnvelopeVectors {
  readonly keys: { readonly parties: { readonly NLD: { readonly xWing: string } } }
  readonly accept: readonly [{ readonly bytes: string }]
}

export interface WorkedEnvelope {
  readonly plaintext: Uint8Array
  /** In the words of the document. */
  readonly values: readonly (readonly [string, string])[]
}

export function workedEnvelope(): WorkedEnvelope {
  const { keys, accept } = readJson(path.join(root, 'test/vectors/envelope.json')) as EnvelopeVectors
  const envelope = hex(accept[0].bytes)
  const [header, , sealedBytes] = untagged(decode(envelope))
  const [, layer, ciphertext, recipients] = untagged(decode(asBytes(sealedBytes)))
  const [recipientHeader, unprotected, wrapped] = asArray(asArray(recipients)[0])
  const aad = encode(['pouch/1 envelope', asBytes(header)])
  const extra = suite.sha384(aad)
  const info = encode(['HPKE Recipient', 3, asBytes(recipientHeader), extra])
  const secret = xWingSecret(hex(keys.parties.NLD.xWing), at(unprotected, -4))
  const derived = derive(secret, info)
  const [key, nonce] = [derived.slice(0, 32), derived.slice(32, 44)]
  const contentKey = opened(key, nonce, new Uint8Array(0), asBytes(wrapped))
  const encStructure = encode(['Encrypt', hex('a10103'), aad])
  const plaintext = opened(contentKey, at(layer, 5), encStructure, asBytes(ciphertext))
  const values: readonly (readonly [string, string | Uint8Array])[] = [
    ['seed of the key of NLD', keys.parties.NLD.xWing],
    ['extra', extra],
    ['X-Wing shared secret', secret],
    ['key', key],
    ['base nonce', nonce],
    ['content key', contentKey],
    ['SHA-256 of plaintext', suite.sha256(plaintext)],
    ['commitment', suite.sha384(concat(utf8('pouch/1 commitment'), plaintext))],
    ['digest', suite.sha256(envelope)],
  ]
  return {
    plaintext,
    values: values.map(([name, value]) => [name, typeof value === 'string' ? value : toHex(value)]),
  }
}

/** README.md, "X-Wing". */
function xWingSecret(seed: Uint8Array, encapsulated: Uint8Array): Uint8Array {
  const expanded = suite.shake256(seed, 96)
  const x25519 = suite.x25519Decapsulator(expanded.slice(64))
  const [ctM, ctX] = [encapsulated.slice(0, 1088), encapsulated.slice(1088)]
  const ssM = suite.mlKem768Decapsulator(expanded.slice(0, 64)).decapsulate(ctM)
  return suite.sha3_256(concat(ssM, x25519.decapsulate(ctX), ctX, x25519.publicKey, hex('5c2e2f2f5e5c')))
}

/** README.md, "HPKE-9-KE". */
function derive(secret: Uint8Array, info: Uint8Array): Uint8Array {
  const length = Uint8Array.of(info.length >> 8, info.length & 0xff)
  const suiteId = concat(utf8('HPKE'), hex('647a00110002'))
  const label = concat(hex('0006'), utf8('secret'), hex('006c'))
  return suite.shake256(
    concat(hex('00000020'), secret, utf8('HPKE-v1'), suiteId, label, hex('000000'), length, info),
    108,
  )
}

function opened(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const plaintext = suite.aes256GcmOpen(key, iv, aad, ciphertext)
  if (plaintext === undefined) throw new Error('the steps of the document do not open the envelope')
  return plaintext
}

function untagged(value: CborValue): readonly CborValue[] {
  return asArray(value instanceof Tag ? value.value : undefined)
}

function asArray(value: CborValue | undefined): readonly CborValue[] {
  if (!Array.isArray(value)) throw new Error('an array expected')
  const items: readonly CborValue[] = value
  return items
}

function asBytes(value: CborValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error('bytes expected')
  return value
}

function at(map: CborValue | undefined, label: number): Uint8Array {
  if (!(map instanceof Map)) throw new Error('a map expected')
  const entries: ReadonlyMap<CborValue, CborValue> = map
  return asBytes(entries.get(label))
}
