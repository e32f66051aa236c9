/**
 * Answers for the protected header `{alg, kid}` of a signature or a recipient (RFC 9052 §3.1), as encoded bytes. Deterministic
 * CBOR has one spelling, so for each algorithm the bytes are a fixed start and then the 32 of the key id: an envelope has up
 * to a thousand of them, and each is compared with that start instead of being decoded.
 */
import { concat, toHex } from './bytes.ts'
import { type Codec, embedded, encodeAs, field, record } from './codec.ts'
import { idBytes, type KeyId, keyId } from './key.ts'
import { headers } from './numbers.ts'

export interface KeyHeader {
  readonly alg: number
  readonly kid: KeyId
}

/** `bstr .cbor {1: alg, 4: kid}`. */
export interface EmbeddedKeyHeader extends Codec<KeyHeader> {
  write(header: KeyHeader): Uint8Array
}

const idSize = 32

/** `alg` says which algorithms there may be, `usual` those whose headers are read and written the short way. */
export function embeddedKeyHeader(alg: Codec<number>, usual: readonly number[]): EmbeddedKeyHeader {
  const whole = record({ alg: field(headers.alg, alg), kid: field(headers.kid, keyId) })
  const anyKey = '00'.repeat(idSize)
  const starts = usual.map((alg) => {
    return { alg, start: encodeAs(whole, { alg, kid: anyKey }).slice(0, -idSize) }
  })
  return {
    read: (value, path) => {
      if (!(value instanceof Uint8Array)) return embedded(whole).read(value, path)
      const known = starts.find(({ start }) => isStartOf(start, value))
      if (known === undefined) return embedded(whole).read(value, path)
      return { alg: known.alg, kid: toHex(value.subarray(-idSize)) }
    },
    write: (header) => {
      const known = starts.find(({ alg }) => alg === header.alg)
      return known === undefined ? encodeAs(whole, header) : concat(known.start, idBytes(header.kid))
    },
  }
}

function isStartOf(start: Uint8Array, value: Uint8Array): boolean {
  return value.length === start.length + idSize && start.every((byte, i) => byte === value[i])
}
