/** The shipped markings, groups and clearances against the data that they were made from, row by row; and that registries take them. */
import { describe, expect, test } from 'vitest'
import { decodeAs, encodeAs, list } from '../../protocol/codec.ts'
import clearances from '../../protocol/policy/clearances.json' with { type: 'json' }
import { designatorSources, shippedDesignators } from '../../protocol/policy/designators.ts'
import { group } from '../../protocol/policy/group.ts'
import markings from '../../protocol/policy/markings.json' with { type: 'json' }
import { scheme } from '../../protocol/policy/scheme.ts'
import {
  shippedCodes,
  shippedGroups,
  shippedLanguages,
  shippedSchemes,
  sources,
} from '../../protocol/policy/shipped.ts'
import { isCanonical } from '../../protocol/names.ts'
import { groupsOf, schemesOf } from '../../src/registry/shipped-rules.ts'
import { sourceData } from '../support/vectors.ts'

interface SourceRow {
  readonly markings: readonly string[]
  readonly lang?: readonly string[]
  readonly levelLo: number
  readonly levelHi: number
  readonly abbr: readonly string[]
  readonly isClassification: boolean
  readonly verified: boolean
  readonly verification: string
  readonly levelBasis: string
  readonly source: readonly string[]
  readonly note?: string
  readonly validFrom?: string
  readonly validTo?: string
}

interface Source {
  readonly sources: Readonly<Record<string, { readonly title: string; readonly kind: string }>>
  readonly homographs: readonly {
    readonly marking: string
    readonly uses: readonly { readonly party: string }[]
  }[]
  readonly parties: readonly {
    readonly party: string
    readonly alpha2: string | null
    readonly name: string
    readonly kind: string
    readonly memberOf: readonly string[]
    readonly gaps: readonly unknown[]
    readonly notes?: string
    readonly rows: readonly SourceRow[]
  }[]
}

const source = sourceData('classification-equivalence.json') as Source | undefined
const clearanceSource = sourceData('clearance-levels.json') as
  | { readonly parties: readonly ClearanceSource[] }
  | undefined

interface ClearanceSource {
  readonly party: string
  readonly levels: readonly Readonly<Record<string, unknown>>[]
}

/** The last day is in the source; here the first day after it is. */
function dayAfter(date: string | undefined): string | undefined {
  if (date === undefined) return undefined
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

const defined = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null))

describe('markings.json', () => {
  test.skipIf(source === undefined)('has every row of its source, and every member of it', () => {
    let rows = 0
    const parties: readonly Readonly<Record<string, unknown>>[] = markings.parties
    for (const [i, each] of (source?.parties ?? []).entries()) {
      const { party, alpha2, name, kind, memberOf, gaps, notes } = each
      const found = parties[i]
      expect(defined({ ...found, aliases: undefined, markings: undefined })).toEqual(
        defined({
          ...{ party, alpha2, name, kind, memberOf, note: notes },
          gaps: gaps.length > 0 ? gaps : null,
        }),
      )
      const own = found?.['markings'] as readonly Readonly<Record<string, unknown>>[]
      expect(own).toHaveLength(each.rows.length)
      for (const [j, row] of each.rows.entries()) {
        expect(defined({ ...own[j], languages: undefined })).toEqual(
          defined({
            ...{ forms: row.markings, low: row.levelLo, high: row.levelHi, abbreviations: row.abbr },
            ...{ classification: row.isClassification, verified: row.verified, source: row.source },
            ...{ verification: row.verification, levelBasis: row.levelBasis, note: row.note },
            ...{ from: row.validFrom, until: dayAfter(row.validTo) },
          }),
        )
        rows++
      }
    }
    console.info(`${rows} rows of ${source?.parties.length} parties`)
    expect([parties.length, rows]).toEqual([59, 258])
  })

  test.skipIf(source === undefined)('has every source and every homograph', () => {
    const wanted = Object.entries(source?.sources ?? {})
    for (const [id, { title, kind }] of wanted) {
      // Of what is recalled the title is worded anew.
      expect([id, sources[id]]).toEqual([
        id,
        id === 'RECALL' ? { title: sources[id]?.title, kind } : { title, kind },
      ])
    }
    expect(Object.keys(markings.sources)).toHaveLength(wanted.length)
    const homographs = (source?.homographs ?? []).map(({ marking, uses }) => ({
      marking,
      issuers: [...new Set(uses.map(({ party }) => party))].sort(),
    }))
    expect(markings.homographs).toEqual(homographs)
  })

  test.skipIf(source === undefined)('has the languages of its source where that has them', () => {
    for (const [i, { party, rows }] of (source?.parties ?? []).entries()) {
      // The European Union writes two languages into one marking.
      if (party === 'EU') continue
      for (const [j, { lang }] of rows.entries()) {
        const own = markings.parties[i]?.markings[j]?.languages
        if (lang !== undefined) expect([party, new Set(own)]).toEqual([party, new Set(lang)])
      }
    }
  })

  test('has a language for every form', () => {
    const languages = shippedLanguages()
    for (const { issuer, markings } of shippedSchemes())
      for (const form of markings.flatMap(({ forms }) => forms))
        expect([issuer, form, languages.get(issuer)?.get(form)]).toEqual([
          issuer,
          form,
          expect.stringMatching(/^[a-z]{2,3}(-[A-Z][a-z]{3})?$/),
        ])
  })
})

test.skipIf(clearanceSource === undefined)('clearances.json has every level of its source', () => {
  // An interval of the source is here its two ends.
  const levelsOf = (levels: readonly Readonly<Record<string, unknown>>[], upTo: string) =>
    levels.map((level) => {
      const to = level[upTo] ?? null
      const [accessUpTo, accessUpToAtMost] = Array.isArray(to)
        ? (to as unknown[])
        : [to, level['accessUpToAtMost']]
      return { ...level, accessUpTo, accessUpToAtMost, regularAccessUpTo: undefined }
    })
  const parties: readonly ClearanceSource[] = clearances.parties
  for (const [i, { party, levels }] of (clearanceSource?.parties ?? []).entries()) {
    expect(parties[i]?.party).toBe(party)
    expect(levelsOf(parties[i]?.levels ?? [], 'accessUpTo')).toEqual(levelsOf(levels, 'regularAccessUpTo'))
  }
  expect(parties).toHaveLength(clearanceSource?.parties.length ?? 0)
})

test.skipIf(source === undefined)('groups.json has the members that the parties of the source name', () => {
  for (const { id, members } of shippedGroups()) {
    const named = (source?.parties ?? [])
      .filter(({ memberOf }) => memberOf.includes(id))
      .map(({ party }) => party)
    const own = members.map(({ party }) => party).filter((party) => party !== id)
    expect([id, own.sort()]).toEqual([id, named.sort()])
  }
})

describe('designators.json', () => {
  const all = [...shippedDesignators()]

  test('names issuers, sources and parties that there are, canonically', () => {
    const issuers = shippedSchemes().map(({ issuer }) => issuer)
    for (const [issuer, { designators }] of all) {
      expect(issuers).toContain(issuer)
      for (const { name, forms, abbreviations, source, kind, rule, parties, verified } of designators) {
        expect([name, ...forms, ...abbreviations].filter((each) => !isCanonical(each))).toEqual([])
        expect(source.length > 0 && source.every((id) => id in sources || id in designatorSources)).toBe(true)
        expect(verified).toBe(!source.includes('RECALL'))
        expect((kind === 'caveat') === (rule !== undefined)).toBe(true)
        expect((rule === 'only-parties') === parties.length > 0).toBe(true)
        expect(parties.filter((party) => !issuers.includes(party))).toEqual([])
      }
    }
  })

  test('combines what there is', () => {
    const schemes = new Map(shippedSchemes().map((each) => [each.issuer, each]))
    for (const [issuer, { designators, combinations }] of all)
      for (const { marking, designators: names } of combinations) {
        const firsts = schemes.get(issuer)?.markings.map(({ forms }) => forms[0])
        if (marking !== undefined) expect(firsts).toContain(marking)
        expect(designators.map(({ name }) => name)).toEqual(expect.arrayContaining([...names]))
      }
  })

  test('its caveats are in the schemes', () => {
    const caveats = shippedSchemes().find(({ issuer }) => issuer === 'USA')?.caveats ?? []
    expect(caveats.find(({ name }) => name === 'NOFORN')).toMatchObject({
      rule: 'only-parties',
      parties: ['USA'],
    })
    expect(caveats.find(({ name }) => name === 'ORCON')?.rule).toBe('originator-sends')
  })
})

test('a plan takes those that it names, or all', () => {
  expect(schemesOf([{ schemes: ['all'], groups: [] }])).toHaveLength(59)
  expect(groupsOf([{ schemes: [], groups: ['all'] }]).map(({ id }) => id)).toEqual(['NATO', 'EU', 'FVEY'])
  expect(schemesOf([{ schemes: ['USA'], groups: [] }])[0]?.caveats.length).toBeGreaterThan(10)
  const unknown = () => schemesOf([{ schemes: ['USA', 'ZZZ'], groups: [] }])
  expect(unknown).toThrow(expect.objectContaining({ code: 'bad-request' }) as Error)
})

test('all schemes and groups fit on the wire', () => {
  const schemes = shippedSchemes()
  expect(decodeAs(list(scheme), encodeAs(list(scheme), schemes))).toEqual(schemes)
  const groups = shippedGroups()
  expect(decodeAs(list(group), encodeAs(list(group), groups))).toEqual(groups)
})

test('no code stands for two parties, and none is another’s id', () => {
  const ids = shippedSchemes().map(({ issuer }) => issuer)
  const codes = shippedCodes()
  expect([...codes.keys()].filter((code) => ids.includes(code))).toEqual([])
  expect([codes.get('GB'), codes.get('UK'), codes.get('GR'), codes.get('EL')]).toEqual([
    'GBR',
    'GBR',
    'GRC',
    'GRC',
  ])
  expect(codes.size).toBe(
    markings.parties.flatMap((each) => [
      ...('alpha2' in each ? [0] : []),
      ...('aliases' in each ? (each.aliases ?? []) : []),
    ]).length,
  )
})
