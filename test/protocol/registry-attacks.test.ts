/**
 * Answers for what somebody who serves registries, or has the keys of some of their signers, tries on a gateway: rollback,
 * freeze, forks, mixed parts and stolen thresholds. Each is refused, whoever brings it.
 */
import { describe, expect, test } from 'vitest'
import { suite } from '#suite'
import { encodeAs, decodeAs } from '../../protocol/codec.ts'
import { type CoseSign, plainCoseSign } from '../../protocol/cose.ts'
import { directoryOf } from '../../protocol/directory.ts'
import type { Code, Rejected } from '../../protocol/errors.ts'
import {
  acceptFirst,
  acceptNext,
  combineRegistry,
  proposeRegistry,
  type RegistryDocument,
  signRegistry,
  type VerifiedRegistry,
} from '../../protocol/registry.ts'
import { requireRootSignatures, rootsDigest } from '../../protocol/roots.ts'
import { day, document, now, pairOf, pinnedRoots, roots, signedBy } from '../support/parties.ts'
import { rotation } from '../support/registry-rows.ts'

const code = (code: Code) => expect.objectContaining({ code }) as Rejected
const [one, two, three] = roots
const four = pairOf('root 4')

const after = (held: VerifiedRegistry, changes: Partial<RegistryDocument> = {}): RegistryDocument => ({
  ...held.document,
  ...{ version: held.document.version + 1, previous: held.documentDigest, ...changes },
})
const renamed = (name: string) => ({ parties: document.parties.map((party) => ({ ...party, name })) })

const first = acceptFirst(signedBy(document, [one, two]), pinnedRoots)
const second = acceptNext(signedBy(after(first), [one, two]), first)
const third = acceptNext(signedBy(after(second), [one, two]), second)
const fork = acceptNext(signedBy(after(first, renamed('other')), [two, three]), first)

/** The registry taken apart, so that it can be put together wrongly. */
const partsOf = ({ bytes }: VerifiedRegistry): CoseSign => decodeAs(plainCoseSign, bytes)
const joined = (document: VerifiedRegistry, signatures: CoseSign[3]): Uint8Array => {
  const [header, none, payload] = partsOf(document)
  return encodeAs(plainCoseSign, [header, none, payload, signatures])
}
const fourth = after(third)
const proposal = proposeRegistry(fourth)
const signed = (...pairs: readonly (typeof one)[]) =>
  combineRegistry(
    proposal,
    pairs.map((pair) => signRegistry(proposal, pair)),
  )

describe('a gateway that holds version 3 refuses', () => {
  test.each<readonly [string, Code, Uint8Array]>([
    ['version 1, rightly signed: rollback', 'registry-rollback', first.bytes],
    ['version 2, rightly signed: rollback', 'registry-rollback', second.bytes],
    ['version 3 again with another previous', 'registry-rollback', signedBy(after(fork), roots)],
    [
      'version 4 of the other branch: fork',
      'registry-rollback',
      signedBy({ ...fourth, previous: acceptNext(signedBy(after(fork), roots), fork).documentDigest }, roots),
    ],
    ['version 5 in place of 4', 'registry-rollback', signedBy({ ...fourth, version: 5 }, roots)],
    [
      'version 4 with the digest of bytes for that of the document',
      'registry-rollback',
      signedBy({ ...fourth, previous: third.digest }, roots),
    ],
    ['version 4 that begins a chain', 'registry-rollback', signedBy({ ...fourth, previous: null }, roots)],
    ['version 4 with one signer of two', 'registry-threshold', signed(one)],
    [
      'version 4 with the halves of two signers',
      'registry-threshold',
      combineRegistry(proposal, [
        signRegistry(proposal, one).slice(0, 1),
        signRegistry(proposal, two).slice(1),
      ]),
    ],
    ['version 4 with one signer twice', 'unknown-key', signed(one, one)],
    ['version 4 with a signer of nobody’s', 'unknown-key', signed(one, four)],
    [
      'version 4 with the signatures of version 3: mixed parts',
      'bad-signature',
      combineRegistry(proposal, [partsOf(third)[3]]),
    ],
    [
      'version 4 with one signature of its own and one of version 3',
      'bad-signature',
      combineRegistry(proposal, [signRegistry(proposal, one), partsOf(third)[3].slice(2)]),
    ],
    ['version 3 with the signatures of version 2', 'registry-rollback', joined(third, partsOf(second)[3])],
    [
      'roots that appoint themselves',
      'registry-threshold',
      signedBy({ ...fourth, roots: rotation.roots }, [three, four]),
    ],
    [
      'roots that the old appointed and that do not sign',
      'registry-threshold',
      signedBy({ ...fourth, roots: rotation.roots }, [one, two]),
    ],
    [
      'a lower threshold that only so many signed',
      'registry-threshold',
      signedBy({ ...fourth, roots: { ...document.roots, threshold: 1 } }, [one]),
    ],
  ])('%s', (_, refusal, bytes) => {
    expect(() => acceptNext(bytes, third)).toThrow(code(refusal))
  })
})

describe('roots that rotate', () => {
  const rotated = acceptNext(
    signedBy(after(third, { roots: rotation.roots }), [one, two, three, four]),
    third,
  )

  test('are signed for by the old threshold and by the new', () => {
    expect(rootsDigest(rotated.document.roots)).not.toBe(pinnedRoots)
  })

  test.each<readonly [string, Code, readonly (typeof one)[]]>([
    ['those that are out', 'unknown-key', [one, two]],
    ['one that is out, and one that stays', 'unknown-key', [one, three]],
    ['one of the new', 'registry-threshold', [four]],
  ])('are not obeyed any more when they are %s', (_, refusal, signers) => {
    expect(() => acceptNext(signedBy(after(rotated), signers), rotated)).toThrow(code(refusal))
  })

  test('do not lead a reader of the old pin from the middle of the chain', () => {
    expect(() => acceptFirst(rotated.bytes, pinnedRoots)).toThrow(code('untrusted-roots'))
    expect(() => acceptFirst(rotated.bytes, rootsDigest(rotation.roots))).toThrow(code('unknown-key'))
  })
})

test('a fork is refused by who holds one of its branches, and both are proof against the roots', () => {
  expect(() => acceptNext(fork.bytes, second)).toThrow(code('registry-rollback'))
  expect(() => acceptNext(second.bytes, fork)).toThrow(code('registry-rollback'))
  expect(second.document.version).toBe(fork.document.version)
  expect(suite.sha256(partsOf(fork)[2])).not.toEqual(second.documentDigest)
  for (const branch of [second, fork]) {
    expect(() => {
      requireRootSignatures(partsOf(branch), [document.roots])
    }).not.toThrow()
  }
})

test('a registry that is kept from its successor stops by itself', () => {
  const { expires } = third.document
  expect(directoryOf(third, expires - 1).registry).toBe(third)
  expect(() => directoryOf(third, expires)).toThrow(code('registry-expired'))
  // Renewed, it is in force again: nothing of the chain is lost.
  const renewed = acceptNext(
    signedBy(after(third, { issued: now, expires: expires + 30 * day }), roots),
    third,
  )
  expect(directoryOf(renewed, expires).registry).toBe(renewed)
})
