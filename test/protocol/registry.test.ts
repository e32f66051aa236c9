/** Answers for the registry: which versions are accepted one after the other, which are not, and what a look-up finds when. */
import { describe, expect, test } from 'vitest'
import {
  currentSealingKey,
  directoryOf,
  keysOfLedger,
  ledgerKeysOf,
  ownerOfLedger,
  partyOf,
  sealingKeyOf,
  verificationKeyOf,
  verificationPairOf,
} from '../../protocol/directory.ts'
import { encodeAs } from '../../protocol/codec.ts'
import type { Rejected } from '../../protocol/errors.ts'
import {
  acceptFirst,
  acceptNext,
  proposeRegistry,
  readUnverified,
  registryDocument,
} from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { signer } from '../support/ledger.ts'
import {
  day,
  directory,
  directoryWhere,
  directoryWith,
  document,
  est,
  nld,
  now,
  openingOf,
  pairOf,
  pinnedRoots,
  registry,
  roots,
  signedBy,
} from '../support/parties.ts'
import { held, next, registryRows, rotated, rotation } from '../support/registry-rows.ts'

const code = (code: string) => expect.objectContaining({ code }) as Rejected

test.each(registryRows)('$name is refused as $code', (row) => {
  const accept = () =>
    row.held === undefined
      ? acceptFirst(row.bytes, row.pinned ?? pinnedRoots)
      : acceptNext(row.bytes, acceptFirst(row.held, pinnedRoots))
  expect(accept).toThrow(code(row.code))
})

test('a document that nobody would accept is neither proposed nor shown to be signed', () => {
  const twice = { ...document, parties: [...document.parties, ...document.parties] }
  expect(() => proposeRegistry(twice)).toThrow(code('malformed-structure'))
  expect(() => readUnverified(encodeAs(registryDocument, twice))).toThrow(code('malformed-structure'))
  expect(readUnverified(proposeRegistry(document)).version).toBe(1)
  expect(readUnverified(registry).version).toBe(1)
})

describe('a chain of versions', () => {
  test.each([
    ['1 and 2', roots.slice(0, 2)],
    ['1 and 3', [roots[0], roots[2]]],
    ['all', roots],
  ])('may be signed by roots %s', (_, signers) => {
    expect(acceptNext(signedBy(next, signers), held).document.version).toBe(2)
  })

  test('goes on, whichever of its signatures a version came with', () => {
    const others = acceptFirst(signedBy(document, [roots[0], roots[2]]), pinnedRoots)
    expect(others.digest).not.toEqual(held.digest)
    expect(acceptNext(signedBy(next, roots), others).document.version).toBe(2)
  })

  test('changes its roots with the threshold of the old and of the new', () => {
    const second = acceptNext(rotated, held)
    const third = { ...next, version: 3, previous: second.documentDigest, roots: rotation.roots }
    const signed = signedBy(third, [roots[2], pairOf('root 4')])
    expect(acceptNext(signed, second).document.version).toBe(3)
    // Who pins the new roots begins with a version that they alone signed.
    expect(acceptFirst(signed, rootsDigest(rotation.roots)).document.version).toBe(3)
    const old = signedBy(third, [roots[0], roots[1]])
    expect(() => acceptNext(old, second)).toThrow(code('unknown-key'))
  })

  test('holds as many parties and agreements as the format says', () => {
    const [party] = document.parties
    const [agreement] = document.agreements
    const key = party?.keys[0]
    if (party === undefined || agreement === undefined || key === undefined) throw new Error('no example')
    const parties = Array.from({ length: 1000 }, (_, i) => {
      return { ...party, id: `P-${i}`, ledger: `p-${i}.example/ledger`, keys: [] }
    })
    const agreements = Array.from({ length: 20_000 }, (_, i) => ({ ...agreement, id: `A-${i}` }))
    const bytes = signedBy({ ...document, parties, agreements }, roots.slice(0, 2))
    const read = directoryOf(acceptFirst(bytes, pinnedRoots), now)
    expect(read.parties.size).toBe(1000)
    expect(read.rules.agreements.size).toBe(20_000)
    console.info(
      `${(bytes.length / 2 ** 20).toFixed(1)} MiB: a registry of 1000 parties and 20000 agreements`,
    )
  })
})

describe('a ledger that another succeeded', () => {
  const earlier = 'est.example/ledger/1'
  const [first, ...rest] = document.parties

  test('is its party’s still, and signs with its keys', () => {
    if (first === undefined) throw new Error('no example')
    const listed = [signer.keys.ed25519, signer.keys.mlDsa44].map((key) => {
      return { use: 'ledger' as const, key, from: now - day }
    })
    const party = { ...first, keys: [...first.keys, ...listed], earlierLedgers: [earlier] }
    const bytes = signedBy({ ...document, parties: [party, ...rest] }, roots.slice(0, 2))
    const read = directoryOf(acceptFirst(bytes, pinnedRoots), now)
    expect(ownerOfLedger(read, earlier)).toBe(first.id)
    expect(ownerOfLedger(read, first.ledger)).toBe(first.id)
    const present = ledgerKeysOf(read, first.id, now)
    expect(keysOfLedger(read, first.ledger, now)).toEqual(present)
    expect(keysOfLedger(read, earlier, now)).toEqual({ ...present, origin: earlier })
    expect(() => ownerOfLedger(read, 'est.example/ledger/0')).toThrow(code('unknown-party'))
  })

  test('is nobody else’s', () => {
    const parties = document.parties.map((party) => ({ ...party, earlierLedgers: [earlier] }))
    expect(() => proposeRegistry({ ...document, parties })).toThrow(code('malformed-structure'))
  })
})

describe('a registry is fresh', () => {
  const fresh = acceptFirst(registry, pinnedRoots)
  const { issued, expires } = document

  test.each([expires - 1, issued, issued - 300])('at %i', (at) => {
    expect(directoryOf(fresh, at).parties.size).toBe(3)
  })

  test.each([
    [expires, 'registry-expired'],
    [issued - 301, 'not-yet-valid'],
  ])('not at %i: %s', (at, refusal) => {
    expect(() => directoryOf(fresh, at)).toThrow(code(refusal))
  })
})

describe('a look-up', () => {
  const [ed25519, mlDsa65] = est.signing
  const newer = openingOf('NLD newer')

  test('finds a party and its keys, for their use and at their time', () => {
    expect(partyOf(directory, 'EST').name).toBe('Security authority EST')
    expect(verificationPairOf(directory, 'EST', [ed25519.id, mlDsa65.id], now).map(({ id }) => id)).toEqual([
      ed25519.id,
      mlDsa65.id,
    ])
    expect(sealingKeyOf(directory, 'NLD', nld.opening.id, now).id).toBe(nld.opening.id)
  })

  test('gives the opening key that began last', () => {
    const both = directoryWith('NLD', (party) => ({
      ...party,
      keys: [...party.keys, { use: 'open', key: newer.publicKey, from: now - 10 }],
    }))
    expect(currentSealingKey(both, 'NLD', now).id).toBe(newer.id)
    expect(currentSealingKey(both, 'NLD', now - 11).id).toBe(nld.opening.id)
  })

  test.each([
    ['an unknown party', 'unknown-party', () => partyOf(directory, 'XYZ')],
    [
      'a key of another party',
      'unknown-key',
      () => verificationKeyOf(directory, 'NLD', 'sign', ed25519.id, now),
    ],
    [
      'a key of another use',
      'unknown-key',
      () => verificationKeyOf(directory, 'EST', 'ledger', ed25519.id, now),
    ],
    ['a signature key to seal to', 'unknown-key', () => sealingKeyOf(directory, 'EST', ed25519.id, now)],
    [
      'a key that is not live yet',
      'unknown-key',
      () => verificationKeyOf(directory, 'EST', 'sign', ed25519.id, now - 101 * day),
    ],
    [
      'a retired key',
      'unknown-key',
      () => currentSealingKey(directoryWhere('NLD', nld.opening.id, { until: now }), 'NLD', now),
    ],
    [
      'a revoked key',
      'revoked-key',
      () =>
        verificationKeyOf(
          directoryWhere('EST', ed25519.id, { revoked: now }),
          'EST',
          'sign',
          ed25519.id,
          now,
        ),
    ],
  ])('of %s is refused as %s', (_, refusal, look) => {
    expect(look).toThrow(code(refusal))
  })
})
