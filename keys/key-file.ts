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
  optional,
  record,
  seconds,
  tuple,
  unsigned,
} from '../protocol/codec.ts'
import { Rejected } from '../protocol/errors.ts'
import { coseKey } from '../protocol/key.ts'
import { leastLogCost, type Recipe, type Wrapping } from './wrapping.ts'

const magic = 'pouch/1 key file'
export const maxKeyFileBytes = 8192
export const keyFileEnding = '.key'

const logCosts = [leastLogCost, 18, 19, 20] as const

const scryptParameters = record({
  salt: field(1, bytes(32)),
  logCost: field(2, oneOf(...logCosts)),
  blockSize: field(3, oneOf(8)),
  parallelism: field(4, oneOf(1)),
})

const sealedByToken = record({
  wrappingKey: field(1, bytes(1, 64)),
  iv: field(2, bytes(12)),
  sealed: field(3, bytes(48)),
})

const described = {
  use: field(1, oneOf('sign', 'open', 'ledger', 'transport', 'root')),
  generation: field(2, unsigned),
  created: field(3, seconds),
  publicKey: field(4, coseKey),
}

const header = record({
  ...described,
  /** One of the two says how the wrapping key is had. */
  scrypt: optional(5, scryptParameters),
  check: field(6, bytes(16)),
  iv: field(7, bytes(12)),
  token: optional(8, sealedByToken),
})

const tokenHeader = record({ ...described, object: field(9, bytes(1, 64)) })

/** [magic, bstr .cbor header, sealed secret (32 and a tag of 16), SHA-256 of the three before]. */
const file = tuple(oneOf(magic), bytes(1, 4096), bytes(48), bytes(32))
const summed = tuple(oneOf(magic), bytes(1, 4096), bytes(48))
const additional = tuple(oneOf(magic), bytes(1, 4096))

/** Of a key whose secret is in a token: [magic, bstr .cbor header, SHA-256 of the two before]. */
const tokenMagic = 'pouch/1 token key file'
const tokenFile = tuple(oneOf(tokenMagic), bytes(1, 4096), bytes(32))
const tokenSummed = tuple(oneOf(tokenMagic), bytes(1, 4096))

type Header = Of<typeof header>
export type KeyUse = Header['use']
export type Description = Pick<Header, 'use' | 'generation' | 'created' | 'publicKey'>

/** A key file that is whole, its secret still sealed. */
export interface SealedKeyFile {
  readonly kind: 'sealed'
  readonly header: Header
  readonly recipe: Recipe
  readonly headerBytes: Uint8Array
  readonly sealed: Uint8Array
}

/** What is kept of a key that a token holds: where in the token it is. */
interface TokenKeyFile {
  readonly kind: 'token'
  readonly header: Of<typeof tokenHeader>
}

export type KeyFile = SealedKeyFile | TokenKeyFile

export function wrapSecret(description: Description, secret: Uint8Array, wrapping: Wrapping): Uint8Array {
  const iv = suite.randomBytes(12)
  const headerBytes = encodeAs(header, {
    ...only(description),
    ...stored(wrapping.recipe),
    check: wrapping.check,
    iv,
  })
  const sealed = wrapping.seal(iv, encodeAs(additional, [magic, headerBytes]), secret)
  return encodeAs(file, [magic, headerBytes, sealed, checksum(headerBytes, sealed)])
}

export function tokenKeyFile(description: Description, object: Uint8Array): Uint8Array {
  const headerBytes = encodeAs(tokenHeader, { ...only(description), object })
  return encodeAs(tokenFile, [tokenMagic, headerBytes, tokenChecksum(headerBytes)])
}

/** Needs no passphrase, and so proves no more than that the file is as it was written, by whomever. */
export function readKeyFile(fileBytes: Uint8Array, name: string): KeyFile {
  try {
    return isOfToken(fileBytes) ? readTokenFile(fileBytes) : readSealedFile(fileBytes)
  } catch (error) {
    if (error instanceof Rejected) throw new Rejected('damaged-key-file', name, { cause: error })
    throw error
  }
}

function readSealedFile(fileBytes: Uint8Array): SealedKeyFile {
  const [, headerBytes, sealed, sum] = decodeAs(file, fileBytes)
  if (!equal(sum, checksum(headerBytes, sealed))) throw new Rejected('damaged-key-file', 'checksum')
  const read = decodeAs(header, headerBytes)
  return { kind: 'sealed', header: read, recipe: recipeOf(read), headerBytes, sealed }
}

function readTokenFile(fileBytes: Uint8Array): TokenKeyFile {
  const [, headerBytes, sum] = decodeAs(tokenFile, fileBytes)
  if (!equal(sum, tokenChecksum(headerBytes))) throw new Rejected('damaged-key-file', 'checksum')
  return { kind: 'token', header: decodeAs(tokenHeader, headerBytes) }
}

/** An array of three items; the other kind has four. */
function isOfToken(fileBytes: Uint8Array): boolean {
  return fileBytes[0] === 0x83
}

/** The secret; the caller zeroes it. */
export function unwrapSecret(keyFile: SealedKeyFile, wrapping: Wrapping, name: string): Uint8Array {
  const { header, headerBytes, sealed } = keyFile
  if (!wrapping.agreesWith(header.check)) throw new Rejected('wrong-passphrase', name)
  const secret = wrapping.open(header.iv, encodeAs(additional, [magic, headerBytes]), sealed)
  if (secret === undefined) throw new Rejected('damaged-key-file', `${name}: seal`)
  return secret
}

function only({ use, generation, created, publicKey }: Description): Description {
  return { use, generation, created, publicKey }
}

function checksum(headerBytes: Uint8Array, sealed: Uint8Array): Uint8Array {
  return suite.sha256(encodeAs(summed, [magic, headerBytes, sealed]))
}

function tokenChecksum(headerBytes: Uint8Array): Uint8Array {
  return suite.sha256(encodeAs(tokenSummed, [tokenMagic, headerBytes]))
}

function recipeOf({ scrypt, token }: Header): Recipe {
  if (scrypt !== undefined && token === undefined) return { kind: 'scrypt', scrypt }
  if (token !== undefined && scrypt === undefined) return { kind: 'token', token }
  throw new Rejected('damaged-key-file', 'one recipe for the wrapping key')
}

function stored(recipe: Recipe): Pick<Header, 'scrypt' | 'token'> {
  if (recipe.kind === 'token') return { token: recipe.token }
  const { salt, logCost, blockSize } = recipe.scrypt
  const cost = logCosts.find((allowed) => allowed === logCost)
  if (cost === undefined || blockSize !== 8) throw new RangeError('scrypt parameters outside their bounds')
  return { scrypt: { salt, logCost: cost, blockSize, parallelism: 1 } }
}
