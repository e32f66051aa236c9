/**
 * Answers for the registry document: the signed, versioned directory of parties, their keys, agreements, groups and
 * schemes, and the rules by which one version follows another. The rules are in registry.md; look-ups in directory.ts.
 */
import { suite } from '#suite'
import { equal, toHex } from './bytes.ts'
import {
  bytes,
  decodeAs,
  encodeAs,
  field,
  list,
  nullable,
  type Of,
  oneOf,
  optional,
  record,
  seconds,
  text,
  unsigned,
} from './codec.ts'
import { type CoseSign, plainCoseSign, signWith, verifyWith } from './cose.ts'
import { Rejected } from './errors.ts'
import { coseKey, type PublicKey, type SigningPair } from './key.ts'
import { partyId, type Seconds, setOf, words } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { agreement } from './policy/agreement.ts'
import { group } from './policy/group.ts'
import { level } from './policy/level.ts'
import { scheme } from './policy/scheme.ts'

/** Clocks may differ by this much. */
export const clockSkewSeconds = 300

/** A key of a party. It is live from `from`; `until` ends its use; `revoked` is the time from which nothing is accepted. */
export const registeredKey = record({
  use: field(1, oneOf('sign', 'open', 'transport', 'ledger', 'root')),
  key: field(2, coseKey),
  from: field(3, seconds),
  until: optional(4, seconds),
  revoked: optional(5, seconds),
})
export type RegisteredKey = Of<typeof registeredKey>

export const party = record({
  id: field(1, partyId),
  name: field(2, text()),
  gateway: field(3, text(500)),
  ledger: field(4, text(500)),
  accreditation: field(5, level),
  compartments: field(6, setOf(words)),
  keys: field(7, list(registeredKey, 0, 256)),
})
export type Party = Of<typeof party>

/** A root signer: a pair of keys that counts as one towards the threshold. */
export const root = record({
  name: field(1, text()),
  ed25519: field(2, coseKey),
  mlDsa65: field(3, coseKey),
})
export type Root = Of<typeof root>

/** Who may sign the registry, and how many of them must. Its digest is what a gateway pins. */
export const roots = record({ threshold: field(1, unsigned), signers: field(2, list(root, 1, 32)) })
export type Roots = Of<typeof roots>

export const registryDocument = record({
  version: field(1, unsigned),
  previous: field(2, nullable(bytes(32))),
  issued: field(3, seconds),
  expires: field(4, seconds),
  roots: field(5, roots),
  parties: field(6, list(party, 0, 1000)),
  groups: field(7, list(group, 0, 256)),
  schemes: field(8, list(scheme, 0, 256)),
  agreements: field(9, list(agreement, 0, 20000)),
})
export type RegistryDocument = Of<typeof registryDocument>

const header = record({ typ: field(headers.typ, oneOf(mediaTypes.registry)) })
const protectedBytes = encodeAs(header, { typ: mediaTypes.registry })

declare const verified: unique symbol
/** A registry whose signatures reached the threshold; `acceptFirst` and `acceptNext` alone make it. */
export interface VerifiedRegistry {
  readonly [verified]: true
  readonly document: RegistryDocument
  readonly bytes: Uint8Array
  /** SHA-256 of the bytes: 32 bytes. */
  readonly digest: Uint8Array
}

/** Encodes a document that nobody has signed yet. */
export function proposeRegistry(document: RegistryDocument): Uint8Array {
  return encodeAs(registryDocument, document)
}

/** A root signer's pair signs a proposal; gives that signer's two signatures, to be combined with others'. */
export function signRegistry(proposal: Uint8Array, pair: SigningPair): CoseSign[3] {
  return signWith(pair, protectedBytes, proposal)
}

/** Joins a proposal and the signers' signatures into the registry document; thresholds are checked on acceptance. */
export function combineRegistry(proposal: Uint8Array, signatures: readonly CoseSign[3][]): Uint8Array {
  return encodeAs(plainCoseSign, [protectedBytes, {}, proposal, signatures.flat()])
}

/** SHA-256 over the encoded roots, in hexadecimal: what an operator compares by voice and pins in the configuration. */
export function rootsDigest(of: Roots): string {
  return toHex(suite.sha256(encodeAs(roots, of)))
}

/**
 * The first registry that a gateway accepts: its roots are the pinned ones, and they signed it.
 * Throws `untrusted-roots`, `registry-threshold`, `bad-signature`. Whether it is fresh is asked by `directoryOf`: a chain may begin with a
 * version that has expired.
 */
export function acceptFirst(bytes: Uint8Array, pinnedRoots: string): VerifiedRegistry {
  const { document, signed } = parse(bytes)
  if (rootsDigest(document.roots) !== pinnedRoots) {
    throw new Rejected('untrusted-roots', rootsDigest(document.roots))
  }
  requireThreshold(signed, document.roots)
  return verifiedRegistry(bytes, document)
}

/**
 * The version after the one held: signed by the held roots' threshold and, where the roots change, by the new ones' too.
 * Throws `registry-rollback` for anything but the next version of this chain.
 */
export function acceptNext(bytes: Uint8Array, held: VerifiedRegistry): VerifiedRegistry {
  const { document, signed } = parse(bytes)
  const { version } = held.document
  if (
    document.version !== version + 1 ||
    document.previous === null ||
    !equal(document.previous, held.digest)
  ) {
    throw new Rejected('registry-rollback', `version ${document.version} does not follow ${version}`)
  }
  requireThreshold(signed, held.document.roots)
  requireThreshold(signed, document.roots)
  return verifiedRegistry(bytes, document)
}

/** Throws `registry-expired` or `not-yet-valid`. Asked before every use, so that a frozen registry stops the gateway. */
export function requireFresh({ issued, expires }: RegistryDocument, now: Seconds): void {
  if (now >= expires) throw new Rejected('registry-expired')
  if (now + clockSkewSeconds < issued) throw new Rejected('not-yet-valid', 'registry')
}

function parse(bytes: Uint8Array): { readonly document: RegistryDocument; readonly signed: CoseSign } {
  const signed = decodeAs(plainCoseSign, bytes)
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'registry header')
  const document = decodeAs(registryDocument, signed[2])
  if (document.roots.threshold < 1 || document.roots.threshold > document.roots.signers.length) {
    throw new Rejected('malformed-structure', 'threshold')
  }
  return { document, signed }
}

/** Counts the signers both of whose signatures verify. A signature of the right key that does not verify is refused. */
function requireThreshold([header, , payload, signatures]: CoseSign, { threshold, signers }: Roots): void {
  const has = (key: PublicKey): boolean => {
    const found = signatures.find(([{ kid }]) => kid === key.id)
    if (found === undefined || key.algorithm === 'hpke-9-ke') return false
    verifyWith(key, found, header, payload)
    return true
  }
  const distinct = new Map(signers.map((signer) => [signer.ed25519.id, signer]))
  const count = [...distinct.values()].filter(({ ed25519, mlDsa65 }) => has(ed25519) && has(mlDsa65)).length
  if (count < threshold) throw new Rejected('registry-threshold', `${count} of ${threshold} root signers`)
}

function verifiedRegistry(bytes: Uint8Array, document: RegistryDocument): VerifiedRegistry {
  return { document, bytes, digest: suite.sha256(bytes) } as VerifiedRegistry
}
