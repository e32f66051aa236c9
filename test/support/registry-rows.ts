/** Answers for what is refused of a registry, the first one held and the next: each row wrong in one place, and signed rightly. */
import { concat } from '../../protocol/bytes.ts'
import { type CborValue, encode } from '../../protocol/cbor.ts'
import type { Code } from '../../protocol/errors.ts'
import { acceptFirst, type RegistryDocument } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { flipped } from './bytes.ts'
import { type Fields, signatureHeader, zeros } from './forge.ts'
import { day, document, now, pairOf, pinnedRoots, registry, roots, signedBy } from './parties.ts'
import { resign } from './resign.ts'

export interface RegistryRow {
  readonly name: string
  readonly code: Code
  readonly bytes: Uint8Array
  /** Accepted before; none for a first registry. */
  readonly held?: Uint8Array
  readonly pinned?: string
}

const [one, two, three] = roots
const [stranger, other] = [pairOf('stranger'), pairOf('root 4')]
export const held = acceptFirst(registry, pinnedRoots)

export const next: RegistryDocument = {
  ...document,
  version: 2,
  previous: held.documentDigest,
  issued: now,
  expires: now + 60 * day,
}

/** Each of the three is a witness of the other two. */
export const witnessed: RegistryDocument = {
  ...next,
  witnessing: { witnesses: ['EST', 'NATO-NOS', 'NLD'], quorums: [0, 0, 0, 1, 2], limit: 900 },
}

const rootOf = (pair: typeof one, name: string) => ({
  name,
  ed25519: pair[0].publicKey,
  mlDsa65: pair[1].publicKey,
})
const newRoots = { threshold: 2, signers: [rootOf(three, 'Root 3'), rootOf(other, 'Root 4')] }
/** Roots 3 and 4 in place of 1, 2 and 3: signed by two of the old and both of the new. */
export const rotation: RegistryDocument = { ...next, roots: newRoots }
export const rotated = signedBy(rotation, [one, three, other])

const first = (name: string, code: Code, bytes: Uint8Array, pinned?: string): RegistryRow => ({
  ...{ name, code, bytes },
  ...(pinned === undefined ? {} : { pinned }),
})
const later = (name: string, code: Code, bytes: Uint8Array): RegistryRow => ({
  name,
  code,
  bytes,
  held: registry,
})
const changed = (change: (document: Fields) => void) =>
  resign(registry, [...one, ...two], ({ claims }) => change(claims))
const rootsWith = (change: (roots: Fields) => void) => changed((claims) => change(claims.get(5) as Fields))
const again = (list: unknown): Fields[] => [
  ...(list as Fields[]),
  (list as Fields[])[0] ?? new Map<CborValue, CborValue>(),
]

export const registryRows: readonly RegistryRow[] = [
  first('a byte after its end', 'malformed-cbor', concat(registry, zeros(1))),
  first(
    'another typ',
    'unknown-type',
    resign(
      registry,
      [...one, ...two],
      ({ header }) => void header.set(16, 'application/vnd.pouch.registry+cose; v=2'),
    ),
  ),
  first(
    'a label too many',
    'malformed-structure',
    changed((claims) => void claims.set(11, 0)),
  ),
  ...witnessingRows(),
  ...moduleRows(),
  first(
    'a party twice',
    'malformed-structure',
    changed((claims) => void claims.set(6, again(claims.get(6)))),
  ),
  first(
    'a scheme twice',
    'malformed-structure',
    changed((claims) => void claims.set(8, again(claims.get(8)))),
  ),
  first(
    'an agreement twice',
    'malformed-structure',
    changed((claims) => void claims.set(9, again(claims.get(9)))),
  ),
  first(
    'a key of two parties',
    'malformed-structure',
    changed((claims) => {
      const [est, nld] = claims.get(6) as Fields[]
      nld?.set(7, est?.get(7) ?? 0)
    }),
  ),
  first(
    'a threshold of none',
    'malformed-structure',
    rootsWith((of) => void of.set(1, 0)),
  ),
  first(
    'a threshold that nobody reaches',
    'malformed-structure',
    rootsWith((of) => void of.set(1, 4)),
  ),
  first(
    'a root twice',
    'malformed-structure',
    rootsWith((of) => void of.set(2, again(of.get(2)))),
  ),
  first(
    'a root with its keys exchanged',
    'wrong-algorithm',
    rootsWith((of) => {
      const [signer] = of.get(2) as Fields[]
      const [a, b] = [signer?.get(2) ?? 0, signer?.get(3) ?? 0]
      signer?.set(2, b).set(3, a)
    }),
  ),
  first('other roots than the pinned', 'untrusted-roots', registry, rootsDigest(newRoots)),
  first('one signer where two must', 'registry-threshold', signedBy(document, [one])),
  first(
    'half of a second signer',
    'registry-threshold',
    resign(registry, [...one, two[0]], () => undefined),
  ),
  first('a stranger beside the roots', 'unknown-key', signedBy(document, [one, two, stranger])),
  first('a stranger in place of a root', 'unknown-key', signedBy(document, [one, stranger])),
  first('one signer twice', 'unknown-key', signedBy(document, [one, one])),
  first(
    'a third signature that is bad',
    'bad-signature',
    flipped(signedBy(document, roots), 8 * signedBy(document, roots).length - 80),
  ),
  first('a signature with another algorithm', 'wrong-algorithm', wrongAlgorithm()),
  later('the same version again', 'registry-rollback', registry),
  later('a version left out', 'registry-rollback', signedBy({ ...next, version: 3 }, [one, two])),
  later('a fork', 'registry-rollback', signedBy({ ...next, previous: zeros(32) }, [one, two])),
  later('no previous', 'registry-rollback', signedBy({ ...next, previous: null }, [one, two])),
  later('one signer where two must', 'registry-threshold', signedBy(next, [three])),
  later('new roots that the old did not sign', 'registry-threshold', signedBy(rotation, [three, other])),
  later('new roots that did not sign', 'registry-threshold', signedBy(rotation, [one, two])),
]

function witnessingRows(): readonly RegistryRow[] {
  const row = (name: string, witnesses: CborValue, quorums: CborValue, limit: CborValue) => {
    const fields = new Map<CborValue, CborValue>([
      [1, witnesses],
      [2, quorums],
      [3, limit],
    ])
    return first(
      name,
      'malformed-structure',
      changed((claims) => void claims.set(10, fields)),
    )
  }
  const none = [0, 0, 0, 0, 0]
  return [
    row('no witness', [], none, 60),
    row('a witness that is no party', ['BEL'], none, 60),
    row('a witness twice', ['EST', 'EST'], none, 60),
    row('witnesses out of order', ['NLD', 'EST'], none, 60),
    row('quorums for four levels', ['EST'], [0, 0, 0, 1], 60),
    row('quorums for six levels', ['EST'], [...none, 0], 60),
    row('a quorum of more than the witnesses', ['EST', 'NLD'], [0, 0, 0, 0, 3], 60),
    row('a quorum below none', ['EST'], [0, 0, 0, 0, -1], 60),
    row('a limit of less than a minute', ['EST'], none, 59),
  ]
}

function moduleRows(): readonly RegistryRow[] {
  const module = (party: string, policies: CborValue) =>
    new Map<CborValue, CborValue>([
      [1, party],
      [2, policies],
    ])
  const row = (name: string, ...modules: readonly CborValue[]) =>
    first(
      name,
      'malformed-structure',
      changed((claims) => void claims.set(11, [...modules])),
    )
  return [
    row('modules, and none of them'),
    row('a module of no party', module('BEL', 'x')),
    row('two modules of a party', module('EST', 'x'), module('EST', 'y')),
    row('a module without text', module('EST', '')),
    row('a module of more than 64 KiB', module('EST', 'x'.repeat(65_537))),
    row('a module of bytes', module('EST', new Uint8Array(4))),
  ]
}

/** The first root's Ed25519 signature with the number that the profile does not have, EdDSA. */
function wrongAlgorithm(): Uint8Array {
  return resign(registry, [...one, ...two], (parts) => {
    parts.signatures = ([first, ...rest]) => {
      const [, none = 0, made = 0] = first as CborValue[]
      return [[encode(signatureHeader(-8, one[0].id)), none, made], ...rest]
    }
  })
}
