/** Answers for what each check of an attestation refuses: each row wrong in one place, and signed rightly. */
import type { AttestationCheck } from '../../protocol/attestation/verify.ts'
import { concat } from '../../protocol/bytes.ts'
import { type CborValue, decode, encode, redacted, Tag } from '../../protocol/cbor.ts'
import type { Directory } from '../../protocol/directory.ts'
import type { Code } from '../../protocol/errors.ts'
import type { SigningKey } from '../../protocol/key.ts'
import { flipped } from './bytes.ts'
import { type Fields, zeros } from './forge.ts'
import { attestation, issuing } from './objects.ts'
import { day, directoryWhere, est, nld, now, pairOf } from './parties.ts'
import { resign, type SignedParts, tampered } from './resign.ts'

export interface AttestationRow {
  readonly check: AttestationCheck
  readonly name: string
  readonly code: Code
  readonly bytes: Uint8Array
  readonly directory?: Directory
  readonly now?: number
}

const honest = attestation()
const stranger = pairOf('stranger')
const [ed25519, mlDsa65] = est.signing

const changed = (change: (parts: SignedParts) => void, signers: readonly SigningKey[] = est.signing) =>
  resign(honest, signers, change)
const claim = (label: CborValue, value: CborValue) => changed(({ claims }) => void claims.set(label, value))
const clearance = (label: number, value: CborValue) =>
  changed(({ claims }) => void (claims.get(-65543) as Fields).set(label, value))
const disclosing = (change: (disclosures: Uint8Array[]) => readonly Uint8Array[]) =>
  changed(({ unprotected }) => void unprotected.set(17, change(unprotected.get(17) as Uint8Array[])))

/** Slots that the issuer itself filled with something wrong. */
function slotOf(disclosure: CborValue, hashOf: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const bytes = encode(disclosure)
  return changed(({ claims, unprotected }) => {
    const slots = claims.get(redacted) as Uint8Array[]
    claims.set(redacted, [hashOf(bytes), ...slots.slice(1)])
    unprotected.set(17, [bytes])
  })
}

const rows = (
  check: AttestationCheck,
  list: readonly (readonly [string, Code, Uint8Array, Partial<AttestationRow>?])[],
): readonly AttestationRow[] =>
  list.map(([name, code, bytes, rest]) => ({ check, name, code, bytes, ...rest }))

export function attestationRows(hashOf: (bytes: Uint8Array) => Uint8Array): readonly AttestationRow[] {
  return [
    ...rows('encoding', [
      ['a byte after its end', 'malformed-cbor', concat(honest, zeros(1))],
      ['its last byte missing', 'malformed-cbor', honest.subarray(0, -1)],
    ]),
    ...rows('structure', [
      ['COSE_Sign1', 'malformed-structure', encode(new Tag(18, (decode(honest) as Tag).value))],
      [
        'typ of version 2',
        'unknown-type',
        changed(({ header }) => void header.set(16, 'application/vnd.pouch.attestation+cose; v=2')),
      ],
      ['a header label too many', 'unknown-type', changed(({ header }) => void header.set(4, zeros(1)))],
      ['hashes by SHA-512', 'unknown-type', changed(({ header }) => void header.set(170, -44))],
      [
        'claims that are not deterministic',
        'malformed-cbor',
        changed((parts) => (parts.payload = Uint8Array.of(0xb8, 0))),
      ],
      ['a claim too many', 'malformed-structure', claim(3, 'NLD')],
      ['no clearance', 'malformed-structure', changed(({ claims }) => void claims.delete(-65543))],
      ['a level that is a number', 'malformed-structure', clearance(2, 3)],
      ['categories out of order', 'malformed-structure', clearance(3, ['B', 'A'])],
      ['a category twice', 'malformed-structure', clearance(3, ['A', 'A'])],
      ['a marking with a hidden character', 'malformed-structure', clearance(2, 'NATO\u200b SECRET')],
      ['an unknown condition', 'malformed-structure', clearance(8, [new Map([[1, 'rumour']])])],
      [
        'fifteen hashes',
        'malformed-structure',
        changed(({ claims }) => void claims.set(redacted, (claims.get(redacted) as CborValue[]).slice(1))),
      ],
      ['a subject that is a name', 'malformed-structure', claim(2, 'Liis Tamm')],
      [
        'no disclosures, not even none',
        'malformed-structure',
        changed(({ unprotected }) => void unprotected.delete(17)),
      ],
    ]),
    ...rows('issuer', [
      ['an unknown issuer', 'unknown-party', claim(1, 'XYZ')],
      ['keys of another party', 'unknown-key', changed(() => undefined, nld.signing)],
      ['unknown keys', 'unknown-key', changed(() => undefined, stranger)],
      ['one signature', 'missing-signature', changed(() => undefined, [ed25519])],
      [
        'a key revoked before it was issued',
        'revoked-key',
        honest,
        { directory: directoryWhere('EST', ed25519.id, { revoked: now - 2 * day }) },
      ],
      [
        'a key revoked since',
        'revoked-key',
        honest,
        { directory: directoryWhere('EST', mlDsa65.id, { revoked: now }) },
      ],
      [
        'a key that had retired',
        'unknown-key',
        honest,
        { directory: directoryWhere('EST', mlDsa65.id, { until: now - day }) },
      ],
    ]),
    ...rows('signatures', [
      [
        'another level after signing',
        'bad-signature',
        tampered(honest, (claims) => void (claims.get(-65543) as Fields).set(2, 'COSMIC TOP SECRET')),
      ],
      ['signatures in another order', 'missing-signature', changed(() => undefined, [mlDsa65, ed25519])],
      ['three signatures', 'missing-signature', changed(() => undefined, [ed25519, mlDsa65, mlDsa65])],
      ['the first signature damaged', 'bad-signature', changed((parts) => (parts.signatures = damaged(0)))],
      ['the second signature damaged', 'bad-signature', changed((parts) => (parts.signatures = damaged(1)))],
    ]),
    ...rows('disclosures', [
      [
        'a disclosure of another attestation',
        'bad-disclosure',
        disclosing(() => disclosuresOf(attestation()).slice(0, 1)),
      ],
      [
        'a disclosure with another value',
        'bad-disclosure',
        disclosing(([one = zeros(1), ...rest]) => [flipped(one, 8 * 20), ...rest]),
      ],
      ['a disclosure twice', 'bad-disclosure', disclosing(([one = zeros(1)]) => [one, one])],
      [
        'an identifier that the issuer invented',
        'malformed-structure',
        slotOf([zeros(16), 'blue', 'eye-colour'], hashOf),
      ],
      ['a salt that is short', 'malformed-structure', slotOf([zeros(8), 'Tamm', 'surname'], hashOf)],
    ]),
    ...rows('validity', [
      ['expired', 'expired', attestation({ expiresAt: now })],
      ['issued in the future', 'not-yet-valid', attestation({ issuedAt: now + 301 })],
      ['valid from the future', 'not-yet-valid', attestation({ notBefore: now + 301 })],
      ['over before it begins', 'bad-validity', attestation({ notBefore: now + 300 * day })],
    ]),
    ...rows('clearance', [
      [
        'a clearance that is over',
        'expired',
        attestation({ clearance: { ...issuing.clearance, validUntil: now } }),
      ],
      [
        'a clearance of the future',
        'not-yet-valid',
        attestation({ clearance: { ...issuing.clearance, granted: now + 301 } }),
      ],
      [
        'a clearance over before it was granted',
        'bad-validity',
        attestation({ clearance: { ...issuing.clearance, validUntil: issuing.clearance.granted } }),
      ],
    ]),
  ]
}

function damaged(which: number): (signatures: CborValue[]) => readonly CborValue[] {
  return (signatures) =>
    signatures.map((each, i) => {
      const [head = 0, none = 0, signature] = each as CborValue[]
      return i === which ? [head, none, flipped(signature as Uint8Array, 77)] : each
    })
}

export function disclosuresOf(bytes: Uint8Array): readonly Uint8Array[] {
  const [, unprotected] = (decode(bytes) as Tag).value as CborValue[]
  return (unprotected as Fields).get(17) as readonly Uint8Array[]
}
