/** Answers for suspension notices: whose are taken, in which order, and which are refused as what. */
import { describe, expect, test } from 'vitest'
import { decode, encode, type CborValue, Tag } from '../../protocol/cbor.ts'
import { directoryOf } from '../../protocol/directory.ts'
import type { Rejected } from '../../protocol/errors.ts'
import { acceptFirst, type RegistryDocument } from '../../protocol/registry.ts'
import { decideAll } from '../../protocol/policy/decide.ts'
import { rulesFrom, type Suspension } from '../../protocol/policy/rules.ts'
import { standingAfter } from '../../protocol/policy/standing-suspensions.ts'
import { readNotice, requireNext, signNotice, verifyNotice } from '../../protocol/suspension.ts'
import { flipped } from '../support/bytes.ts'
import {
  day,
  directory,
  directoryWhere,
  document,
  est,
  nld,
  now,
  pinnedRoots,
  roots,
  signedBy,
} from '../support/parties.ts'

const code = (code: string) => expect.objectContaining({ code }) as Rejected
const agreement = 'EST-NLD-NATO-2020'
const suspending = { agreement, by: 'EST', at: now, reason: 'relations' } as const
const resuming = { agreement, by: 'EST', at: now + 60 } as const
const first = signNotice(suspending, undefined, est.signing)
const second = signNotice(resuming, readNotice(first), est.signing)

/** The directory of a registry that is otherwise. */
function directoryOfA(change: Partial<RegistryDocument>) {
  const changed = signedBy({ ...document, ...change }, roots.slice(0, 2))
  return directoryOf(acceptFirst(changed, pinnedRoots), now)
}

test('a notice says who suspends what, since when and why', () => {
  const notice = verifyNotice(first, directory, now)
  expect(notice).toMatchObject({ ...suspending, kind: 'suspend', sequence: 1, previous: null })
  expect(verifyNotice(second, directory, now)).toMatchObject({
    ...{ ...resuming, kind: 'resume', sequence: 2, previous: notice.statement },
  })
})

test('signed anew it is the same statement in other bytes or the same ones', () => {
  const again = readNotice(signNotice(suspending, undefined, est.signing))
  expect(again.statement).toEqual(readNotice(first).statement)
})

describe('a notice is refused', () => {
  const [ed25519] = est.signing
  const renamed = directoryOfA({ agreements: document.agreements.map((each) => ({ ...each, id: 'OTHER' })) })
  const without = directoryOfA({
    agreements: document.agreements.map((each) => ({ ...each, first: ['NATO-NOS'] })),
  })
  test.each([
    [
      'signed by another party',
      'unknown-key',
      () => verifyNotice(signNotice(suspending, undefined, nld.signing), directory, now),
    ],
    [
      'with one bit flipped',
      'bad-signature',
      () => verifyNotice(flipped(first, first.length * 8 - 1), directory, now),
    ],
    ['on an agreement that the registry lacks', 'unknown-agreement', () => verifyNotice(first, renamed, now)],
    ['by a party that is on no side', 'foreign-agreement', () => verifyNotice(first, without, now)],
    [
      'by a party that the registry lacks',
      'unknown-party',
      () => verifyNotice(signNotice({ ...suspending, by: 'LVA' }, undefined, est.signing), directory, now),
    ],
    [
      'by a key that is revoked since',
      'revoked-key',
      () => verifyNotice(first, directoryWhere('EST', ed25519.id, { revoked: now + 1 }), now + 2),
    ],
    ['dated in the future', 'not-yet-valid', () => verifyNotice(first, directory, now - 301)],
    ['of another type', 'unknown-type', () => verifyNotice(retyped(first), directory, now)],
  ])('%s, as %s', (_, refusal, verifying) => {
    expect(verifying).toThrow(code(refusal))
  })

  test('that resumes first, or suspends what is suspended', () => {
    expect(() => signNotice(resuming, undefined, est.signing)).toThrow(code('malformed-structure'))
    expect(() => signNotice(suspending, readNotice(first), est.signing)).toThrow(code('malformed-structure'))
  })
})

/** The same with an envelope's header. */
function retyped(bytes: Uint8Array): Uint8Array {
  const value = decode(bytes)
  if (!(value instanceof Tag) || !Array.isArray(value.value)) throw new Error('no COSE_Sign')
  const [, ...rest] = value.value as readonly CborValue[]
  return encode(new Tag(value.tag, [encode(new Map([[16, 'application/cose']])), ...rest]))
}

describe('order', () => {
  const earlier = readNotice(first)
  const third = readNotice(signNotice({ ...suspending, at: now + 120 }, readNotice(second), est.signing))

  test('each follows the one before', () => {
    expect(() => requireNext(earlier, undefined)).not.toThrow()
    expect(() => requireNext(readNotice(second), earlier)).not.toThrow()
    expect(() => requireNext(third, readNotice(second))).not.toThrow()
  })

  test.each([
    ['a replayed one', () => requireNext(earlier, readNotice(second))],
    ['one before its time', () => requireNext(third, earlier)],
    ['the second without the first', () => requireNext(readNotice(second), undefined)],
    [
      'one of another chain',
      () =>
        requireNext(
          readNotice(second),
          readNotice(signNotice({ ...suspending, reason: 'law' }, undefined, est.signing)),
        ),
    ],
    [
      'one dated before the one before',
      () =>
        requireNext(readNotice(signNotice({ ...resuming, at: now - day }, earlier, est.signing)), earlier),
    ],
  ])('%s is out of order', (_, requiring) => {
    expect(requiring).toThrow(code('out-of-order'))
  })
})

test('what stands after each notice denies, and nobody lifts another’s suspension', () => {
  const steps = [
    { by: 'EST', suspends: true },
    { by: 'NLD', suspends: true },
    { by: 'EST', suspends: false },
    { by: 'NLD', suspends: false },
  ]
  let standing: readonly Suspension[] = []
  const denied = steps.map((step) => {
    standing = standingAfter(standing, { agreement, ...step })
    const rules = rulesFrom({ ...document, suspensions: standing })
    const label = {
      policy: 'NATO',
      marking: 'NATO SECRET',
      at: now,
      compartments: [],
      releasability: 'unrestricted',
      caveats: [],
    } as const
    const question = {
      from: 'EST',
      to: ['NLD'],
      label,
      purpose: 'clearance-confirmation',
      agreement,
      category: 'clearance',
    }
    const grounds = decideAll(question, rules, now).grounds
    expect(grounds.every((ground) => ground.code === 'agreement-suspended')).toBe(true)
    return grounds.map(({ found }) => found)
  })
  expect(denied).toEqual([['by EST'], ['by EST, NLD'], ['by NLD'], []])
})
