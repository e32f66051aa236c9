/** Answers for consents: which changes of a party's keys the roots may make alone, which need its signature, and whose. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Rejected } from '../../protocol/errors.ts'
import { consentTo, type KeyConsent, type WantedKey } from '../../protocol/key-consent.ts'
import { acceptFirst, acceptNext, type Party, type RegisteredKey } from '../../protocol/registry.ts'
import { rootsDigest } from '../../protocol/roots.ts'
import { hex } from '../support/bytes.ts'
import {
  day,
  document,
  est,
  nld,
  now,
  openingOf,
  pairOf,
  pinnedRoots,
  roots,
  signedBy,
} from '../support/parties.ts'

interface Row {
  readonly name: string
  readonly code?: string
  readonly bytes: string
}

const code = (code: string) => expect.objectContaining({ code }) as Rejected
const accepted = (changes: Partial<typeof document> = {}) =>
  acceptFirst(signedBy({ ...document, keyConsents: [], ...changes }, roots), pinnedRoots)

const held = accepted()
const [first, ...others] = document.parties
if (first === undefined) throw new Error('no example')

const pair = pairOf('EST newer')
const added = pair.map(({ publicKey }): RegisteredKey => ({ use: 'sign', key: publicKey, from: now }))
const newer: Party = { ...first, keys: [...first.keys, ...added] }
const wantedOf = (keys: readonly RegisteredKey[]): readonly WantedKey[] =>
  keys.map(({ use, key: { id }, from }) => ({ use, id, from }))
const consent = consentTo(first, wantedOf(newer.keys), now, est.signing)

/** What becomes of EST, with these consents, after what is held. */
function after(party: Party | undefined, keyConsents: readonly KeyConsent[], before = held, issued = now) {
  const next = {
    ...before.document,
    ...{ version: before.document.version + 1, previous: before.documentDigest, issued },
    expires: issued + 60 * day,
    parties: [...(party === undefined ? [] : [party]), ...others],
    keyConsents,
  }
  return acceptNext(signedBy(next, roots), before)
}

const withKeys = (change: (key: RegisteredKey, i: number) => Partial<RegisteredKey>): Party => ({
  ...first,
  keys: first.keys.map((key, i) => ({ ...key, ...change(key, i) })),
})
const revokedSigning = withKeys(({ use }) => (use === 'sign' ? { revoked: now - day } : {}))
const newOpening = { use: 'open', key: openingOf('EST newer').publicKey, from: now } as const

describe('keys of a party', () => {
  test('change with its signature', () => {
    expect(after(newer, [consent]).document.parties[0]?.keys).toHaveLength(5)
  })

  test.each<readonly [string, Party | undefined]>([
    ['as they are', first],
    ['with an end', withKeys(() => ({ until: now + day }))],
    ['revoked', revokedSigning],
    ['of a party that leaves', undefined],
  ])('stay without its signature %s', (_, party) => {
    expect(after(party, []).document.version).toBe(2)
  })

  test.each<readonly [string, Party]>([
    ['with one more', newer],
    ['with another opening key', { ...first, keys: [...first.keys, newOpening] }],
    ['with one less', { ...first, keys: first.keys.slice(1) }],
    ['with another beginning', withKeys(() => ({ from: now - 200 * day }))],
    ['for another use', withKeys(({ use }) => (use === 'sign' ? { use: 'transport' } : {}))],
  ])('do not change without its signature: %s', (_, party) => {
    expect(() => after(party, [])).toThrow(code('key-change-unsigned'))
  })

  test('that were to end do not go on, and a revocation is not taken back, even with its signature', () => {
    const ending = accepted({ parties: [withKeys(() => ({ until: now + day })), ...others] })
    expect(() => after(first, [], ending)).toThrow(code('key-change-unsigned'))
    const [party] = ending.document.parties
    if (party === undefined) throw new Error('no example')
    const wanted = consentTo(party, wantedOf(first.keys), now, est.signing)
    expect(after(first, [wanted], ending).document.version).toBe(2)
    const revoked = {
      ...first,
      keys: [...newer.keys.slice(0, 3), ...added.map((key) => ({ ...key, revoked: now }))],
    }
    const held = accepted({ parties: [revoked, ...others] })
    const unrevoking = consentTo(revoked, wantedOf(newer.keys), now, est.signing)
    expect(() => after(newer, [unrevoking], held)).toThrow(code('key-change-unsigned'))
  })

  test('leave the list when they opened, and have ended', () => {
    const ended = accepted({
      parties: [withKeys(({ use }) => (use === 'open' ? { until: now - 1 } : {})), ...others],
    })
    expect(
      after({ ...first, keys: first.keys.filter(({ use }) => use !== 'open') }, [], ended).document.version,
    ).toBe(2)
  })
})

describe('a consent is refused', () => {
  const said = consent.statement
  const wanted = wantedOf(newer.keys)
  test.each<readonly [string, string, Party, KeyConsent]>([
    [
      'that names other keys',
      'key-change-unsigned',
      newer,
      consentTo(first, wanted.slice(0, 4), now, est.signing),
    ],
    [
      'that names a key for another use',
      'key-change-unsigned',
      newer,
      consentTo(
        first,
        wanted.map((key) => ({ ...key, use: 'transport' as const })),
        now,
        est.signing,
      ),
    ],
    ['to what follows other keys', 'key-change-unsigned', newer, consentTo(newer, wanted, now, est.signing)],
    ['of the future', 'key-change-unsigned', newer, consentTo(first, wanted, now + 301, est.signing)],
    ['by the new keys', 'unknown-key', newer, consentTo(first, wanted, now, pair)],
    ['by another party', 'unknown-key', newer, consentTo(first, wanted, now, nld.signing)],
    ['by roots', 'unknown-key', newer, consentTo(first, wanted, now, roots[0])],
    ['by keys that nobody lists', 'unknown-key', newer, consentTo(first, wanted, now, pairOf('EST old'))],
    [
      'by keys that this version revokes',
      'revoked-key',
      { ...revokedSigning, keys: [...revokedSigning.keys, ...added] },
      consent,
    ],
    ['by one key', 'missing-signature', newer, { ...consent, signatures: consent.signatures.slice(0, 1) }],
    ['changed since', 'bad-signature', newer, { ...consent, statement: { ...said, at: now - 1 } }],
    [
      'of nothing that changes, but bad',
      'bad-signature',
      first,
      { ...consent, statement: { ...said, at: now - 1 } },
    ],
  ])('%s', (_, refusal, party, given) => {
    expect(() => after(party, [given])).toThrow(code(refusal))
  })

  test('of long ago', () => {
    expect(after(newer, [consent], held, now + 90 * day).document.version).toBe(2)
    expect(() => after(newer, [consent], held, now + 90 * day + 1)).toThrow(code('key-change-unsigned'))
  })

  test('of no party, of one twice, and in a first version', () => {
    expect(() => accepted({ keyConsents: [consent] })).toThrow(code('malformed-structure'))
    expect(() => after(undefined, [consent])).toThrow(code('malformed-structure'))
    expect(() => after(newer, [consent, consent])).toThrow(code('malformed-structure'))
  })

  test('a second time, once its step is made', () => {
    const second = after(newer, [consent])
    expect(() => after(newer, [consent], second)).toThrow(code('key-change-unsigned'))
  })
})

describe('without a pair that could consent', () => {
  test('a party is enrolled by the roots, in the version after the one that takes its keys', () => {
    const taken = { ...revokedSigning, keys: [...revokedSigning.keys, ...added] }
    expect(() => after(taken, [])).toThrow(code('key-change-unsigned'))
    const second = after(revokedSigning, [])
    const third = after(taken, [], second)
    expect(third.document.version).toBe(3)
  })

  test('a party is not found by another date of the version', () => {
    const ending = accepted({
      parties: [withKeys(({ use }) => (use === 'sign' ? { until: now + 50 * day } : {})), ...others],
    })
    const [party] = ending.document.parties
    if (party === undefined) throw new Error('no example')
    const taken = { ...party, keys: [...party.keys, ...added] }
    // Before the keys begin, and before the version held.
    expect(() => after(taken, [], ending, 0)).toThrow(code('registry-rollback'))
    expect(() => after(taken, [], ending, ending.document.issued)).toThrow(code('key-change-unsigned'))
    // After they have ended it may be: and then no version of today follows.
    const late = after(taken, [], ending, now + 50 * day)
    expect(() => after(taken, [], late, now)).toThrow(code('registry-rollback'))
  })

  test('a party that is new is, too', () => {
    const fewer = accepted({ parties: others, agreements: [] })
    expect(after(newer, [], fewer).document.parties).toHaveLength(3)
  })
})

test('once asked for, consents are asked for in every later version', () => {
  const next = { ...document, version: 2, previous: held.documentDigest }
  expect(() => acceptNext(signedBy(next, roots), held)).toThrow(code('key-change-unsigned'))
  const unasked = acceptFirst(signedBy(document, roots), rootsDigest(document.roots))
  expect(after(first, [], unasked).document.keyConsents).toEqual([])
  expect(() => after(newer, [], unasked)).toThrow(code('key-change-unsigned'))
})

test('the frozen versions are accepted, and refused, as they were', () => {
  const file = path.resolve(import.meta.dirname, '../vectors/key-consent.json')
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly pinned: string
    readonly held: string
    readonly accept: readonly Row[]
    readonly refuse: readonly Row[]
  }
  const first = acceptFirst(hex(vectors.held), vectors.pinned)
  for (const { name, bytes } of vectors.accept) {
    expect(acceptNext(hex(bytes), first).document.version, name).toBe(2)
  }
  for (const { name, code: refusal = '', bytes } of vectors.refuse) {
    expect(() => acceptNext(hex(bytes), first), name).toThrow(code(refusal))
  }
  expect([vectors.accept.length, vectors.refuse.length]).toEqual([3, 10])
  console.info(`${vectors.accept.length + vectors.refuse.length} vectors: key-consent.json`)
})
