/** The shipped profiles and treaties under the proofs of a registry: nothing is lowered, nothing reaches whom nobody let it. */
import { expect, test } from 'vitest'
import type { RegistryDocument } from '../../protocol/registry.ts'
import { isFailed, proofs, subjectOf } from '../../src/policy/check/check.ts'
import { profileNames } from '../../src/registry/profile.ts'
import { dayOf, sourcesOf } from '../support/profile.ts'
import { union } from './union.ts'

const now = dayOf('2026-11-23')
const quick = ['tables', 'translations', 'onward'] as const

test.each(
  profileNames.flatMap((name) => quick.map((proof) => [name, proof] as const)),
)('%s: %s', (name, proof) => {
  const { parties, groups, schemes, agreements } = sourcesOf(name)
  const party = { name: 'a party', gateway: 'https://gateway.example', keys: [] }
  const document: RegistryDocument = {
    ...{ ...union, issued: now, expires: now + 1, groups, schemes, agreements },
    parties: parties.map((each) => ({
      ...{ ...party, ledger: each.id, id: each.id, accreditation: 4, compartments: [] },
    })),
  }
  const proved = proofs[proof](subjectOf(document, now), () => undefined)
  if (isFailed(proved)) expect(proved.objections.filter(({ kind }) => kind === 'failure')).toEqual([])
  expect(proved.extent).not.toMatch(/^0 /)
})

test('what is protected by measures beyond a marking keeps its own', () => {
  const { parties, ...rest } = sourcesOf('treaties')
  const document = { ...union, ...rest, parties: union.parties, issued: now, expires: now + 1 }
  const listed = parties.map(({ id }) => ({ ...union.parties[0], id }) as RegistryDocument['parties'][number])
  const { objections } = proofs.translations(
    subjectOf({ ...document, parties: listed }, now),
    () => undefined,
  )
  expect(objections.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('passed on, it keeps the marking EST:TÄIESTI SALAJANE'),
  )
})
