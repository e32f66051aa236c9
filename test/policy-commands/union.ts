/** Answers for a registry to prove, draw and compare: four states, an alliance, and agreements that ask for everything. */
import type { Agreement } from '../../protocol/policy/agreement.ts'
import type { Level } from '../../protocol/policy/level.ts'
import { shippedSchemes } from '../../protocol/policy/shipped.ts'
import type { Scheme } from '../../protocol/policy/scheme.ts'
import type { Party, RegistryDocument } from '../../protocol/registry.ts'
import { day, document, now } from '../support/parties.ts'

export { day, now }

function party(id: string, accreditation: Level, compartments: readonly string[] = []): Party {
  const at = `${id.toLowerCase()}.example`
  return {
    id,
    name: id,
    gateway: `https://${at}`,
    ledger: `${at}/ledger`,
    accreditation,
    compartments,
    keys: [],
  }
}

export function agreement(
  id: string,
  first: readonly string[],
  second: readonly string[],
  terms: Partial<Agreement> = {},
): Agreement {
  return {
    id,
    title: id,
    first,
    second,
    direction: 'both',
    ceilings: new Map([['clearance', 3]]),
    purposes: ['posting', 'visit'],
    from: now - 1000 * day,
    timeline: [{ at: now - 1000 * day, state: 'in-force' }],
    table: [],
    articles: [{ topic: 'ceiling', article: 'art. 4' }],
    ...terms,
  }
}

const caveats: Scheme['caveats'] = [
  { name: 'ORIGINATOR SENDS', rule: 'originator-sends', parties: [], purposes: [] },
  { name: 'NORTH ONLY', rule: 'only-parties', parties: ['EST', 'FIN'], purposes: [] },
  { name: 'VISITS ONLY', rule: 'only-purposes', parties: [], purposes: ['visit'] },
]

export const alliance = agreement('NATO-INFO', ['NATO'], ['NATO'], {
  ceilings: new Map([
    ['clearance', 4],
    ['visit', 1],
  ]),
})

/** Asks for all that an agreement can ask for, and lets Switzerland’s be passed on. */
export const demanding = agreement('EST-CHE', ['EST'], ['CHE'], {
  needToKnow: true,
  legalBases: ['treaty'],
  nationals: ['NATO', 'CHE'],
  retention: 100 * day,
  onward: ['FIN'],
  aggregation: [{ category: 'clearance', period: day, count: 10, level: 4 }],
  table: [
    { issuer: 'CHE', marking: 'GEHEIM', level: 3, protectAs: 'SALAJANE', measures: ['number every copy'] },
    { issuer: 'CHE', marking: 'VERTRAULICH', level: 2, protectAs: 'KONFIDENTSIAALNE', measures: [] },
    { issuer: 'CHE', marking: 'INTERN', level: 1, measures: [] },
  ],
  articles: [{ topic: 'table', article: 'art. 3' }],
})

export const oneWay = agreement('FIN-CHE', ['FIN'], ['CHE'], {
  direction: 'first-to-second',
  ceilings: new Map([['clearance', 2]]),
})

export const coming = agreement('NLD-CHE', ['NLD'], ['CHE'], { from: now + 10 * day })

export const union: RegistryDocument = {
  ...document,
  parties: [party('EST', 4), party('NLD', 3, ['NATO/ATOMAL']), party('FIN', 2), party('CHE', 3)],
  groups: [
    {
      id: 'NATO',
      members: [{ party: 'EST' }, { party: 'NLD', until: now + 20 * day }, { party: 'FIN', from: now - day }],
    },
  ],
  schemes: shippedSchemes()
    .filter(({ issuer }) => ['NATO', 'EST', 'NLD', 'FIN', 'CHE'].includes(issuer))
    .map((scheme) => (scheme.issuer === 'NATO' ? { ...scheme, caveats } : { ...scheme, caveats: [] })),
  agreements: [alliance, demanding, oneWay, coming],
  witnessing: { witnesses: ['EST', 'NLD'], quorums: [0, 0, 0, 1, 1], limit: 900 },
}

/** The registry with other agreements in place of those of the same id, or beside them. */
export function unionWith(...changed: readonly Agreement[]): RegistryDocument {
  const ids = new Set(changed.map(({ id }) => id))
  return { ...union, agreements: [...union.agreements.filter(({ id }) => !ids.has(id)), ...changed] }
}
