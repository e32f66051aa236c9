/** Answers for agreements that their own parties vouch for: whose signatures are asked for, and what a change undoes. */
import { describe, expect, test } from 'vitest'
import {
  joinSignatures,
  type SignedAgreement,
  signAgreement,
  signersOf,
  unsignedNames,
} from '../../protocol/agreement-signature.ts'
import type { Rejected } from '../../protocol/errors.ts'
import type { Agreement } from '../../protocol/policy/agreement.ts'
import { acceptFirst, acceptNext, proposeRegistry, type RegistryDocument } from '../../protocol/registry.ts'
import { day, document, est, nld, nos, now, pinnedRoots, roots, signedBy } from '../support/parties.ts'

const code = (code: string) => expect.objectContaining({ code }) as Rejected
const [agreement] = document.agreements
if (agreement === undefined) throw new Error('no example')
const whole = joinSignatures([est, nld, nos].map(({ signing }) => signAgreement(agreement, signing)))

function accepted(change: Partial<RegistryDocument>) {
  return acceptFirst(signedBy({ ...document, ...change }, roots.slice(0, 2)), pinnedRoots)
}

/** Signed by these of its parties. */
function signed(of: Agreement, ...signers: readonly (typeof est)[]): readonly SignedAgreement[] {
  return joinSignatures(signers.map(({ signing }) => signAgreement(of, signing)))
}

test('an agreement that each of its parties signed is accepted, and says who signed', () => {
  const { document: read } = accepted({ agreementSignatures: whole })
  expect(read.agreementSignatures).toHaveLength(1)
  expect([...signersOf(agreement, read, whole[0]?.signatures ?? [])]).toEqual(['EST', 'NLD', 'NATO-NOS'])
})

describe('a registry with signatures of agreements is refused', () => {
  const other = { ...agreement, id: 'OTHER' }
  const timeline = [...agreement.timeline, { at: now, state: 'notice-given' as const }]
  const [keys] = document.parties
  const half = whole.map((each) => ({ ...each, signatures: each.signatures.slice(0, 5) }))
  const revoked = document.parties.map((party) => ({
    ...party,
    keys: party.keys.map((key) => (party.id === 'EST' ? { ...key, revoked: now - 2 * day } : key)),
  }))
  if (keys === undefined) throw new Error('no example')
  test.each<readonly [string, string, Partial<RegistryDocument>]>([
    ['with none', 'unsigned-agreement', { agreementSignatures: [] }],
    ['with those of one side', 'unsigned-agreement', { agreementSignatures: signed(agreement, nld, nos) }],
    [
      'without one of the parties of a side',
      'unsigned-agreement',
      { agreementSignatures: signed(agreement, est, nld) },
    ],
    ['where one has signed with one key', 'unsigned-agreement', { agreementSignatures: half }],
    [
      'with another agreement that nobody signed',
      'unsigned-agreement',
      { agreements: [agreement, other], agreementSignatures: whole },
    ],
    [
      'where the agreement has changed since',
      'bad-signature',
      { agreements: [{ ...agreement, timeline }], agreementSignatures: whole },
    ],
    [
      'where the ceiling is another',
      'bad-signature',
      { agreements: [{ ...agreement, ceilings: new Map([['clearance', 4]]) }], agreementSignatures: whole },
    ],
    [
      'with those of an agreement that it lacks',
      'malformed-structure',
      { agreements: [], agreementSignatures: whole },
    ],
    [
      'with one by a party of no side',
      'unknown-key',
      {
        agreements: [{ ...agreement, second: ['NLD'] }],
        agreementSignatures: signed({ ...agreement, second: ['NLD'] }, est, nld, nos),
      },
    ],
    ['with one by a key that is revoked', 'revoked-key', { parties: revoked, agreementSignatures: whole }],
  ])('%s, as %s', (_, refusal, change) => {
    expect(() => accepted(change)).toThrow(code(refusal))
  })

  test('when it leaves out what the version before had', () => {
    const held = accepted({ agreementSignatures: whole })
    const next = { ...document, version: 2, previous: held.documentDigest }
    const bytes = (more: Partial<RegistryDocument>) => signedBy({ ...next, ...more }, roots.slice(0, 2))
    expect(acceptNext(bytes({ agreementSignatures: whole }), held).document.version).toBe(2)
    expect(() => acceptNext(bytes({}), held)).toThrow(code('unsigned-agreement'))
  })
})

describe('for a group signs', () => {
  const members = ['EST', 'NLD'].map((party) => ({ party, until: now }))
  const grouped = { ...agreement, first: ['ALLY'], second: ['NATO-NOS'] }
  const world = { ...document, groups: [{ id: 'ALLY', members }], agreements: [grouped] }

  test('one of its members, where no organisation is a party', () => {
    expect(accepted({ ...world, agreementSignatures: signed(grouped, nld, nos) }).document.version).toBe(1)
    expect(unsignedNames(grouped, world, new Set(['NATO-NOS']))).toEqual(['ALLY'])
  })

  test('no member of another day', () => {
    const late = { ...world, issued: now, agreementSignatures: signed(grouped, nld, nos) }
    expect(() => accepted(late)).toThrow(code('unknown-key'))
  })

  test('its organisation, where that is a party, and no member then', () => {
    const own = { ...grouped, first: ['NATO-NOS'], second: ['EST'] }
    const groups = [{ id: 'NATO-NOS', members: [{ party: 'NLD' }] }]
    const by = (...signers: readonly (typeof est)[]) => ({
      ...{ groups, agreements: [own], agreementSignatures: signed(own, ...signers) },
    })
    expect(accepted(by(est, nos)).document.version).toBe(1)
    expect(() => accepted(by(est, nld))).toThrow(code('unknown-key'))
  })
})

test('a proposal may lack signatures: it is made to be signed', () => {
  expect(() => proposeRegistry({ ...document, agreementSignatures: [] })).not.toThrow()
})
