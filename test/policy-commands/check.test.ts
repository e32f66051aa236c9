/** The proofs of a registry: a sound one passes each, and whatever is wrong with another is shown by an example. */
import { describe, expect, test } from 'vitest'
import { decide } from '../../protocol/policy/decide.ts'
import type { GroundCode } from '../../protocol/policy/ground.ts'
import type { RegistryDocument } from '../../protocol/registry.ts'
import { isFailed, proofs, proofsOf, subjectOf } from '../../src/policy/check/check.ts'
import { type Decide, decisionsProof } from '../../src/policy/check/check-decisions.ts'
import { onwardProof } from '../../src/policy/check/check-onward.ts'
import type { Objection } from '../../src/policy/proof.ts'
import { agreement, alliance, coming, day, demanding, now, oneWay, union, unionWith } from './union.ts'

const unseen = () => undefined

function objectionsTo(document: RegistryDocument, proof: keyof typeof proofs): readonly Objection[] {
  return proofs[proof](subjectOf(document, now), unseen).objections
}

test('a sound registry passes every proof, each over more than nothing', () => {
  const told = proofsOf(union, now, () => unseen)
  expect(told.filter(isFailed)).toEqual([])
  expect(told.map(({ name, extent }) => [name, extent])).toEqual([
    ['references', '21 references'],
    ['tables', '3 rows'],
    ['agreements', '4 agreements'],
    ['consents', '1 onward consent'],
    ['translations', expect.stringMatching(/^\d{3} steps at 3 moments$/)],
    ['onward', expect.stringMatching(/^\d{2,3} items over \d{2,3} chains$/)],
    ['decisions', expect.stringMatching(/^\d{2,3},\d{3} states, [\d,]+ of them permitted$/)],
  ])
})

describe('what is wrong is named, with an example where there is one', () => {
  const row = { issuer: 'CHE', marking: 'GEHEIM', level: 3, measures: [] } as const
  const withRow = (change: object) =>
    unionWith({ ...demanding, table: [...demanding.table.slice(1), { ...row, ...change }] })

  test.each<readonly [string, keyof typeof proofs, Objection['kind'], RegistryDocument, string]>([
    ['a side nobody knows', 'references', 'failure', unionWith({ ...oneWay, second: ['CHX'] }), 'names CHX'],
    [
      'a side that is only a member',
      'references',
      'warning',
      {
        ...unionWith({ ...oneWay, second: ['LVA'] }),
        groups: [{ id: 'BALT', members: [{ party: 'LVA' }] }, ...union.groups],
      },
      'names LVA',
    ],
    [
      'a row for a marking that is none',
      'references',
      'failure',
      withRow({ marking: 'STRENG GEHEIM' }),
      'names CHE:STRENG GEHEIM',
    ],
    [
      'a receiver’s marking that is none',
      'references',
      'failure',
      withRow({ protectAs: 'SALAJANNE' }),
      'names SALAJANNE',
    ],
    [
      'an aggregation of another category',
      'references',
      'failure',
      unionWith({ ...demanding, ceilings: new Map([['visit', 3]]) }),
      'names clearance',
    ],
    [
      'an onward consent to nobody',
      'references',
      'failure',
      unionWith({ ...demanding, onward: ['FIN', 'NEMO'] }),
      'names NEMO',
    ],
    [
      'a module that is not admitted',
      'references',
      'failure',
      { ...union, modules: [{ party: 'EST', policies: 'permit (principal, action, resource);' }] },
      'module of EST',
    ],
    ['a row below the marking', 'tables', 'failure', withRow({ level: 1 }), 'places CHE:GEHEIM at level 1'],
    [
      'two rows for one marking',
      'tables',
      'failure',
      unionWith({ ...demanding, table: [...demanding.table, { ...row, level: 4 }] }),
      'two rows for CHE:GEHEIM',
    ],
    [
      'a marking without a row',
      'tables',
      'warning',
      unionWith({ ...demanding, table: [row] }),
      'no row for CHE:VERTRAULICH, CHE:INTERN',
    ],
    ['an agreement that ended', 'agreements', 'warning', unionWith({ ...oneWay, until: now }), 'has expired'],
    [
      'one that begins too late',
      'agreements',
      'warning',
      unionWith({ ...coming, from: now + 400 * day }),
      'does not come into force',
    ],
    [
      'one that is suspended',
      'agreements',
      'warning',
      unionWith({ ...oneWay, timeline: [{ at: 0, state: 'suspended' }] }),
      'not in force while this registry lasts: suspended',
    ],
    [
      'one of parties that are not listed',
      'agreements',
      'warning',
      unionWith({ ...oneWay, second: ['NATO-NOS'] }),
      'between no two parties',
    ],
    [
      'a ceiling that nobody is accredited to',
      'agreements',
      'warning',
      unionWith({ ...oneWay, ceilings: new Map([['visit', 4]]) }),
      'the ceiling 4 for visit',
    ],
    [
      'no markings of its own',
      'agreements',
      'warning',
      { ...union, schemes: union.schemes.filter(({ issuer }) => issuer !== 'FIN') },
      'no markings of their own: FIN',
    ],
    [
      'a receiver that marks what it got lower',
      'translations',
      'failure',
      withRow({ protectAs: 'PIIRATUD' }),
      'CHE:GEHEIM is lowered from level 3 to 1 through EST',
    ],
    [
      'a receiver that has nothing as high',
      'translations',
      'warning',
      {
        ...unionWith({ ...coming, from: 0, ceilings: new Map([['clearance', 4]]) }),
        parties: union.parties.map((each) => ({ ...each, accreditation: 4 as const })),
      },
      'CHE has no marking worth level 4',
    ],
    [
      'a consent beyond the direct agreement',
      'consents',
      'warning',
      union,
      'lets FIN have clearance of CHE up to level 3 through others',
    ],
  ])('%s', (_, proof, kind, document, text) => {
    expect(objectionsTo(document, proof)).toContainEqual(
      expect.objectContaining({ kind, text: expect.stringContaining(text) as string }),
    )
  })

  test('a translation that lowers is shown step by step', () => {
    const [lowered] = objectionsTo(withRow({ protectAs: 'PIIRATUD' }), 'translations')
    expect(lowered?.example).toEqual([
      'CHE:GEHEIM reaches EST by agreement EST-CHE, at level 3',
      'EST protects it as EST:PIIRATUD',
      'EST passes EST:PIIRATUD on, worth level 1 by its own scheme',
    ])
  })
})

describe('a kernel that lacks a condition is caught by the registry’s own states', () => {
  const without =
    (code: GroundCode): Decide =>
    (question, rules, at) => {
      const decision = decide(question, rules, at)
      const grounds = decision.grounds.filter((ground) => ground.code !== code)
      return { ...decision, grounds, allow: grounds.length === 0 }
    }
  const small = unionWith({ ...oneWay, until: now + 5 * day })

  test.each<readonly [GroundCode, string]>([
    ['above-accreditation', 'no read-up: the receiver is accredited to the level'],
    ['above-ceiling', 'the level is within the ceiling of the category'],
    ['category-not-covered', 'the level is within the ceiling of the category'],
    ['not-releasable', 'the receiver is among those it is released to'],
    ['compartment-not-held', 'the receiver holds every compartment'],
    ['caveat-not-met', 'every caveat is known and met'],
    ['agreement-not-in-force', 'the agreement is in its term and state'],
    ['agreement-expired', 'the agreement is in its term and state'],
    ['party-not-covered', 'the agreement is from the sender to the receiver'],
    ['purpose-not-covered', 'the purpose is agreed'],
    ['unknown-marking', 'the marking is known, in force and covered'],
    ['need-to-know-not-stated', 'what must be stated is stated'],
  ])('%s', (code, clause) => {
    const bare = {
      ...small,
      agreements: small.agreements.map((each) =>
        code === 'need-to-know-not-stated' && each.id === demanding.id
          ? agreement(each.id, each.first, each.second, { needToKnow: true })
          : each,
      ),
    }
    const { objections } = decisionsProof(subjectOf(bare, now), unseen, without(code))
    expect(objections[0]?.text).toContain(clause)
    expect(objections[0]?.example?.[1]).toMatch(/^label /)
  })

  test('and one that refuses more than the document does', () => {
    const stricter: Decide = (question, rules, at) => {
      const decision = decide(question, rules, at)
      return question.to === 'CHE' ? { ...decision, allow: false } : decision
    }
    const { objections } = decisionsProof(subjectOf(small, now), unseen, stricter)
    expect(objections[0]?.text).toContain('though the document has nothing against it')
  })

  test('and one that asks no originator’s consent, by the chain', () => {
    const subject = subjectOf(unionWith(alliance), now)
    const { objections } = onwardProof(subject, unseen, without('third-party-not-consented'))
    expect(objections.map(({ text }) => text)).toContainEqual(
      expect.stringContaining('comes to NLD, which no agreement of CHE'),
    )
    expect(objections.find(({ text }) => text.includes('comes to NLD'))?.example).toEqual([
      'CHE passes it to EST by agreement EST-CHE',
      'EST passes it to NLD by agreement NATO-INFO',
    ])
  })
})
