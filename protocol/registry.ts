/**
 * Answers for the registry document: the signed, versioned directory of parties, their keys, agreements, groups and
 * schemes, and the rules by which one version follows another. The rules are in registry.md; look-ups in directory.ts.
 */
import { suite } from '#suite'
import { agreementSignatures, requireVouched } from './agreement-signature.ts'
import { equal } from './bytes.ts'
import { type CborValue, decode, encode } from './cbor.ts'
import { requireNotAhead } from './clock-skew.ts'
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
import { type CoseSign, plainCoseSign, signWith } from './cose.ts'
import { Rejected } from './errors.ts'
import { coseKey, type SigningPair } from './key.ts'
import { keyConsents, requireConsents } from './key-consent.ts'
import { partyId, type Seconds, setOf, words } from './names.ts'
import { headers, mediaTypes } from './numbers.ts'
import { agreement } from './policy/agreement.ts'
import { group } from './policy/group.ts'
import { level } from './policy/level.ts'
import { modules } from './policy/module.ts'
import { scheme } from './policy/scheme.ts'
import { requireRootSignatures, roots, rootsDigest } from './roots.ts'
import { type Limits, profile } from './scan.ts'
import { requireSound, witnessing } from './witnessing.ts'

/** A key of a party. It is live from `from`; `until` ends its use; `revoked` is the time from which nothing is accepted. */
const registeredKey = record({
  use: field(1, oneOf('sign', 'open', 'transport', 'ledger', 'root')),
  key: field(2, coseKey),
  from: field(3, seconds),
  until: optional(4, seconds),
  revoked: optional(5, seconds),
})
export type RegisteredKey = Of<typeof registeredKey>

const party = record({
  id: field(1, partyId),
  name: field(2, text()),
  gateway: field(3, text(500)),
  ledger: field(4, text(500)),
  accreditation: field(5, level),
  compartments: field(6, setOf(words)),
  keys: field(7, list(registeredKey, 0, 256)),
  /** Origins of ledgers that `ledger` succeeded: what they signed still counts. */
  earlierLedgers: optional(8, list(text(500), 1, 16)),
})
export type Party = Of<typeof party>

/** A thousand parties and the agreements among them are more than a message of the profile may hold. */
const documentLimits: Limits = { ...profile, items: 1 << 20 }

/** No registry is longer: a reader of this profile refuses more before it looks at it. */
export const maxRegistryBytes = profile.bytes

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
  witnessing: optional(10, witnessing),
  modules: optional(11, modules),
  agreementSignatures: optional(12, agreementSignatures),
  keyConsents: optional(13, keyConsents),
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
  /** SHA-256 of the encoded document: what the next version names as `previous`, whichever signatures came with it. */
  readonly documentDigest: Uint8Array
}

/** Encodes a document that nobody has signed yet. Throws `malformed-structure` for one that nobody would accept. */
export function proposeRegistry(document: RegistryDocument): Uint8Array {
  requireConsistent(document)
  return encode(registryDocument.write(document), documentLimits)
}

/** What a registry or a proposal says, for people to read before they trust it or sign it; verifies no signature. */
export function readUnverified(bytes: Uint8Array): RegistryDocument {
  const value = decode(bytes, documentLimits)
  return value instanceof Map ? documentOf(value) : parse(bytes).document
}

/** A root signer's pair signs a proposal; gives that signer's two signatures, to be combined with others'. */
export function signRegistry(proposal: Uint8Array, pair: SigningPair): CoseSign[3] {
  return signWith(pair, protectedBytes, proposal)
}

/** Joins a proposal and the signers' signatures into the registry document; thresholds are checked on acceptance. */
export function combineRegistry(proposal: Uint8Array, signatures: readonly CoseSign[3][]): Uint8Array {
  return encodeAs(plainCoseSign, [protectedBytes, {}, proposal, signatures.flat()])
}

/**
 * The first registry that a gateway accepts: its roots are the pinned ones, and they alone signed it, so that a chain
 * does not begin with the version by which the roots changed.
 * Throws `untrusted-roots`, `unknown-key`, `bad-signature`, `registry-threshold`, and as `requireVouched`. Whether it is fresh is asked by
 * `directoryOf`: a chain may begin with a version that has expired.
 */
export function acceptFirst(bytes: Uint8Array, pinnedRoots: string): VerifiedRegistry {
  const parsed = parse(bytes)
  const { roots } = parsed.document
  if (rootsDigest(roots) !== pinnedRoots) {
    throw new Rejected('untrusted-roots')
  }
  requireRootSignatures(parsed.signed, [roots])
  requireVouched(parsed.document)
  return verifiedRegistry(bytes, parsed)
}

/**
 * The version after the one held: signed by the held roots' threshold and, where the roots change, by the new ones' too.
 * Throws `registry-rollback` for anything but the next version of this chain, and as `requireConsents`.
 */
export function acceptNext(bytes: Uint8Array, held: VerifiedRegistry): VerifiedRegistry {
  const parsed = parse(bytes)
  const { version, previous, roots } = parsed.document
  const next = held.document.version + 1
  if (version !== next || previous === null || !equal(previous, held.documentDigest)) {
    throw new Rejected('registry-rollback', `version ${version} does not follow ${held.document.version}`)
  }
  requireRootSignatures(parsed.signed, [held.document.roots, roots])
  requireVouched(parsed.document)
  if (held.document.agreementSignatures !== undefined && parsed.document.agreementSignatures === undefined)
    throw new Rejected('unsigned-agreement', `version ${version} leaves all signatures out`)
  requireConsents(parsed.document, held.document)
  return verifiedRegistry(bytes, parsed)
}

/** Throws `registry-expired` or `not-yet-valid`. Asked before every use, so that a frozen registry stops the gateway. */
export function requireFresh({ issued, expires }: RegistryDocument, now: Seconds): void {
  if (now >= expires) throw new Rejected('registry-expired')
  requireNotAhead(issued, now, 'registry')
}

/** Which document the bytes carry: the same for two copies with other signatures. Verifies nothing. */
export function documentDigestOf(bytes: Uint8Array): Uint8Array {
  return suite.sha256(parse(bytes).signed[2])
}

interface ParsedRegistry {
  readonly document: RegistryDocument
  readonly signed: CoseSign
}

function parse(bytes: Uint8Array): ParsedRegistry {
  const signed = decodeAs(plainCoseSign, bytes)
  if (!equal(signed[0], protectedBytes)) throw new Rejected('unknown-type', 'registry header')
  return { document: documentOf(decode(signed[2], documentLimits)), signed }
}

function documentOf(value: CborValue): RegistryDocument {
  const document = registryDocument.read(value, 'registry')
  requireConsistent(document)
  return document
}

function requireConsistent(document: RegistryDocument): void {
  requireDistinct(document)
  const { witnessing, modules = [] } = document
  const parties = document.parties.map(({ id }) => id)
  if (witnessing !== undefined) requireSound(witnessing, parties)
  if (!modules.every(({ party }) => parties.includes(party)))
    throw new Rejected('malformed-structure', 'registry: a module of no party')
  const agreements = new Set(document.agreements.map(({ id }) => id))
  if (document.agreementSignatures?.every((each) => agreements.has(each.agreement)) === false)
    throw new Rejected('malformed-structure', 'registry: signatures of no agreement')
  requireSensible(document, parties)
}

/** Nobody consents to the beginning: there are no keys that could change. */
function requireSensible({ previous, keyConsents = [] }: RegistryDocument, parties: readonly string[]): void {
  const consenting = keyConsents.map(({ statement }) => statement.party)
  if (!consenting.every((id) => parties.includes(id)) || (previous === null && consenting.length > 0))
    throw new Rejected('malformed-structure', 'registry: a consent of nobody')
}

/** A key is one party's and has one use, a name is one thing's: else a look-up would have two answers. */
function requireDistinct({ parties, groups, schemes, agreements, modules = [] }: RegistryDocument): void {
  const all = {
    party: parties.map(({ id }) => id),
    key: parties.flatMap(({ keys }) => keys.map(({ key }) => key.id)),
    ledger: parties.flatMap(({ ledger, earlierLedgers = [] }) => [ledger, ...earlierLedgers]),
    group: groups.map(({ id }) => id),
    scheme: schemes.map(({ issuer }) => issuer),
    agreement: agreements.map(({ id }) => id),
    module: modules.map(({ party }) => party),
  }
  for (const [what, ids] of Object.entries(all)) {
    if (new Set(ids).size !== ids.length)
      throw new Rejected('malformed-structure', `registry: a ${what} is listed twice`)
  }
}

function verifiedRegistry(bytes: Uint8Array, { document, signed }: ParsedRegistry): VerifiedRegistry {
  return {
    document,
    bytes,
    digest: suite.sha256(bytes),
    documentDigest: suite.sha256(signed[2]),
  } as VerifiedRegistry
}
