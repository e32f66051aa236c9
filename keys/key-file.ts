/**
 * Answers for the format of a key file: deterministic CBOR, the secret sealed with AES-256-GCM and everything else its
 * additional data. The format, and how damage is told from a wrong passphrase, is in README.md beside this file.
 */
import { suite } from '#suite'
import { equal } from '../protocol/bytes.ts'
import {
  bytes,
  decodeAs,
  encodeAs,
  field,
  type Of,
  oneOf,
  record,
  seconds,
  tuple,
  unsigned,
} from '../protocol/codec.ts'
import { Rejected } from '../protocol/errors.ts'
import { coseKey } from '../protocol/key.ts'
import type { ScryptParameters } from './passphrase.ts'
import type { Wrapping } from './wrapping.ts'

const magic = 'pouch/1 key file'
export const maxKeyFileBytes = 8192

/** What scrypt costs: at least what is written today (128 MiB, about half a second), at most 1 GiB. */
export const leastLogCost = 17
const logCosts = [leastLogCost, 18, 19, 20] as const

const scryptParameters = record({
  salt: field(1, bytes(32)),
  logCost: field(2, oneOf(...logCosts)),
  blockSize: field(3, oneOf(8)),
  parallelism: field(4, oneOf(1)),
})

const header = record({
  use: field(1, oneOf('sign', 'open', 'ledger', 'transport', 'root')),
  generation: field(2, unsigned),
  created: field(3, seconds),
  publicKey: field(4, coseKey),
  scrypt: field(5, scryptParameters),
  check: field(6, bytes(16)),
  iv: field(7, bytes(12)),
})

/** [magic, bstr .cbor header, sealed secret (32 and a tag of 16), SHA-256 of the three before]. */
const file = tuple(oneOf(magic), bytes(1, 4096), bytes(48), bytes(32))
const summed = tuple(oneOf(magic), bytes(1, 4096), bytes(48))
const additional = tuple(oneOf(magic), bytes(1, 4096))

export type Header = Of<typeof header>
export type KeyUse = Header['use']
export type Description = Pick<Header, 'use' | 'generation' | 'created' | 'publicKey'>

/** A key file that is whole, its secret still sealed. */
export interface KeyFile {
  readonly header: Header
  readonly headerBytes: Uint8Array
  readonly sealed: Uint8Array
}

export function wrapSecret(description: Description, secret: Uint8Array, wrapping: Wrapping): Uint8Array {
  const iv = suite.randomBytes(12)
  const { use, generation, created, publicKey } = description
  const scrypt = stored(wrapping.parameters)
  const headerBytes = encodeAs(header, {
    use,
    generation,
    created,
    publicKey,
    scrypt,
    check: wrapping.check,
    iv,
  })
  const sealed = wrapping.seal(iv, encodeAs(additional, [magic, headerBytes]), secret)
  return encodeAs(file, [magic, headerBytes, sealed, checksum(headerBytes, sealed)])
}

/** Needs no passphrase, and so proves no more than that the file is as it was written, by whomever. */
export function readKeyFile(fileBytes: Uint8Array, name: string): KeyFile {
  try {
    const [, headerBytes, sealed, sum] = decodeAs(file, fileBytes)
    if (!equal(sum, checksum(headerBytes, sealed)))
      throw new Rejected('damaged-key-file', `${name}: checksum`)
    return { header: decodeAs(header, headerBytes), headerBytes, sealed }
  } catch (error) {
    if (error instanceof Rejected) throw new Rejected('damaged-key-file', name, { cause: error })
    throw error
  }
}

/** The secret; the caller zeroes it. */
export function unwrapSecret(keyFile: KeyFile, wrapping: Wrapping, name: string): Uint8Array {
  const { header, headerBytes, sealed } = keyFile
  if (!wrapping.agreesWith(header.check)) throw new Rejected('wrong-passphrase', name)
  const secret = wrapping.open(header.iv, encodeAs(additional, [magic, headerBytes]), sealed)
  if (secret === undefined) throw new Rejected('damaged-key-file', `${name}: seal`)
  return secret
}

function checksum(headerBytes: Uint8Array, sealed: Uint8Array): Uint8Array {
  return suite.sha256(encodeAs(summed, [magic, headerBytes, sealed]))
}

function stored({ salt, logCost, blockSize }: ScryptParameters): Header['scrypt'] {
  const cost = logCosts.find((allowed) => allowed === logCost)
  if (cost === undefined || blockSize !== 8) throw new RangeError('scrypt parameters outside their bounds')
  return { salt, logCost: cost, blockSize, parallelism: 1 }
}
