/** What is written reads back as what it was, given the issuer and the day; and nothing reads lower than it may be meant. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Rejected } from '../../protocol/errors.ts'
import { type Label, printLabel } from '../../protocol/label.ts'
import { readBanner, readPortion } from '../../protocol/labels/banner.ts'
import { renderBanner, renderPortion } from '../../protocol/labels/render.ts'
import { compareNames, type Seconds } from '../../protocol/names.ts'
import { shippedDesignators } from '../../protocol/policy/designators.ts'
import { isInForce, type Marking } from '../../protocol/policy/scheme.ts'
import { shippedLanguages } from '../../protocol/policy/shipped.ts'
import { day, shippedVocabulary } from './shipped-vocabulary.ts'

const vocabulary = shippedVocabulary()
const schemes = [...vocabulary.rules.schemes.values()].map(({ scheme }) => scheme)
const today = day('2026-06-01')
const all = schemes.flatMap(({ issuer, markings }) =>
  markings.map((marking) => ({ issuer, marking, at: dayOf(marking) })),
)

/** One on which it is in force. */
function dayOf({ from, until }: Marking): Seconds {
  return from ?? (until === undefined ? today : until - 86_400)
}

function labelOf(policy: string, marking: string, at: Seconds, rest: Partial<Label> = {}): Label {
  return { policy, marking, at, compartments: [], caveats: [], releasability: [policy], ...rest }
}

describe('every marking that comes with the program', () => {
  test('reads back from each of its forms, in capitals, in small letters, and without accents', () => {
    let count = 0
    for (const { issuer, marking, at } of all)
      for (const form of marking.forms) {
        const bare = form.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '')
        for (const written of [form, form.toLowerCase(), form.toUpperCase(), bare]) {
          expect(readBanner(written, vocabulary, at, issuer).marking).toBe(marking)
          count++
        }
        const label = labelOf(issuer, form, at)
        expect(readBanner(renderBanner(label, vocabulary), vocabulary, at, issuer).label).toEqual(label)
        expect(readPortion(renderPortion(label, vocabulary), vocabulary, at, issuer).marking).toBe(marking)
      }
    console.info(`${count} writings of ${all.length} markings`)
    expect(count).toBeGreaterThan(1300)
  })

  test('reads back from each of its abbreviations, as its first form', () => {
    const abbreviated = all.flatMap((each) =>
      each.marking.abbreviations.map((written) => ({ ...each, written })),
    )
    for (const { issuer, marking, at, written } of abbreviated) {
      const read = readBanner(written, vocabulary, at, issuer)
      expect([issuer, written, read.marking]).toEqual([issuer, written, marking])
      expect(marking.forms).toContain(read.label.marking)
    }
    expect(abbreviated.length).toBeGreaterThan(80)
  })

  test('is written in each language that its issuer has for it, and in no other', () => {
    const languages = shippedLanguages()
    for (const { issuer, marking, at } of all)
      for (const form of marking.forms) {
        const language = languages.get(issuer)?.get(form) ?? ''
        const label = labelOf(issuer, marking.forms[0] ?? '', at)
        const written = renderBanner(label, vocabulary, language)
        expect(readBanner(written, vocabulary, at, issuer).marking).toBe(marking)
      }
    const label = labelOf('EST', 'SALAJANE', today)
    expect(() => renderBanner(label, vocabulary, 'fr')).toThrow(
      expect.objectContaining({ code: 'unknown-marking', detail: 'EST writes it in et only' }) as Error,
    )
  })

  test('is never read lower than the issuer could mean by what is written', () => {
    const plain = (text: string) =>
      text
        .normalize('NFD')
        .replaceAll(/\p{Mn}/gu, '')
        .toUpperCase()
        .replaceAll(/\p{Pd}/gu, '-')
    for (const { issuer, marking, at } of all)
      for (const written of [...marking.forms, ...marking.abbreviations]) {
        const others = schemes.find((scheme) => scheme.issuer === issuer)?.markings ?? []
        const meant = others.filter(
          (each) =>
            isInForce(each, at) &&
            [...each.forms, ...each.abbreviations].some((form) => plain(form) === plain(written)),
        )
        const { high } = readBanner(written, vocabulary, at, issuer).marking
        expect(high).toBeGreaterThanOrEqual(Math.max(...meant.map((each) => each.high)))
      }
  })

  test('reads without its issuer as itself, or is refused because others have it too', () => {
    const codes = new Map<string, number>()
    for (const { issuer, marking, at } of all)
      for (const form of marking.forms) {
        const read = outcome(() => readBanner(form, vocabulary, at))
        codes.set(read.code, (codes.get(read.code) ?? 0) + 1)
        if (read.code === 'read')
          expect([read.value?.label.policy, read.value?.marking]).toEqual([issuer, marking])
      }
    expect([...codes.keys()].sort()).toEqual(['ambiguous-marking', 'read'])
    expect(codes.get('read')).toBeGreaterThan(150)
    expect(codes.get('ambiguous-marking')).toBeGreaterThan(100)
  })
})

function outcome<T>(run: () => T): { readonly code: string; readonly value?: T } {
  try {
    return { code: 'read', value: run() }
  } catch (error) {
    if (error instanceof Rejected) return { code: error.code }
    throw error
  }
}

const names = ['AUS', 'EST', 'EU', 'FIN', 'FVEY', 'GBR', 'NATO', 'SVN', 'USA']
const designated = [...shippedDesignators()].map(([issuer, { designators }]) => {
  const of = (kind: string) => designators.filter((each) => each.kind === kind).map(({ name }) => name)
  const bound = designators.filter(({ rule }) => rule === 'only-parties').map(({ name }) => name)
  return { issuer, compartments: of('compartment'), caveats: of('caveat'), bound }
})
const someOf = (items: readonly string[]) =>
  fc.subarray([...items], { maxLength: Math.min(3, items.length) }).map((chosen) => chosen.sort(compareNames))

const anyLabel: fc.Arbitrary<Label> = fc
  .constantFrom(...all)
  .chain(({ issuer, marking, at }) => {
    const known = designated.find((each) => each.issuer === issuer)
    return fc.record({
      policy: fc.constant(issuer),
      marking: fc.constantFrom(...marking.forms),
      at: fc.constant(at),
      compartments: someOf(known?.compartments ?? []),
      caveats: someOf(known?.caveats ?? []),
      releasability: fc.oneof(fc.constant('unrestricted' as const), someOf(names)),
    })
  })
  .map((label) => {
    const bound = designated.find(({ issuer }) => issuer === label.policy)?.bound ?? []
    const isBound = label.caveats.some((name) => bound.includes(name))
    return isBound ? { ...label, releasability: [label.policy] } : label
  })

test('any label reads back from its banner, its portion mark and its written line', () => {
  const holds = (label: Label) => {
    const { at, policy } = label
    expect(readBanner(renderBanner(label, vocabulary), vocabulary, at, policy).label).toEqual(label)
    expect(readBanner(printLabel(label), vocabulary, at, policy).label).toEqual(label)
    const portion = readPortion(renderPortion(label, vocabulary), vocabulary, at, policy)
    const forms = portion.marking.forms
    expect(forms).toContain(label.marking)
    expect({ ...portion.label, marking: label.marking }).toEqual(label)
  }
  fc.assert(fc.property(anyLabel, holds), { numRuns: 500 })
})

const words = all.flatMap(({ marking }) => [...marking.forms, ...marking.abbreviations])
const bits = fc.oneof(
  fc.constantFrom('//', '/', ' ', ', ', '(', ')', 'REL TO ', 'REL ', ':', 'NOFORN', 'SI', 'ATOMAL', ...names),
  fc.constantFrom(...words),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const anyLine = fc.array(bits, { maxLength: 8 }).map((parts) => parts.join(''))

test('whatever is written is a label or a refusal', () => {
  let read = 0
  const holds = (line: string, issuer: string | undefined) => {
    for (const reader of [readBanner, readPortion]) {
      const { code, value } = outcome(() => reader(line, vocabulary, today, issuer))
      if (code === 'read') read++
      if (value === undefined) continue
      const again = renderBanner(value.label, vocabulary)
      expect(readBanner(again, vocabulary, today, value.label.policy).label).toEqual(value.label)
    }
  }
  fc.assert(
    fc.property(anyLine, fc.option(fc.constantFrom('USA', 'NATO', 'FRA'), { nil: undefined }), holds),
    { numRuns: 1500 },
  )
  expect(read).toBeGreaterThan(0)
})

describe('as it is written', () => {
  test.each([
    [
      'USA',
      'TOP SECRET',
      { compartments: ['SI', 'TK'], caveats: ['NOFORN'], releasability: ['USA'] },
      'TOP SECRET//SI/TK//NOFORN',
      '(TS//SI/TK//NF)',
    ],
    [
      'USA',
      'SECRET',
      { caveats: ['ORCON'], releasability: ['AUS', 'FVEY', 'USA'] },
      'SECRET//ORCON/REL TO USA, AUS, FVEY',
      '(S//OC/REL TO USA, AUS, FVEY)',
    ],
    [
      'NATO',
      'COSMIC TOP SECRET',
      { compartments: ['ATOMAL'] },
      'COSMIC TOP SECRET//ATOMAL//REL TO NATO',
      '(CTS//ATOMAL//REL TO NATO)',
    ],
    [
      'EST',
      'SALAJANE',
      { releasability: ['EST', 'FIN'] },
      'SALAJANE//REL TO EST, FIN',
      '(SALAJANE//REL TO EST, FIN)',
    ],
    ['FRA', 'TRÈS SECRET', { caveats: ['SPÉCIAL FRANCE'] }, 'TRÈS SECRET//SPÉCIAL FRANCE', '(TS//SF)'],
    [
      'NLD',
      'STG. GEHEIM',
      { releasability: 'unrestricted' },
      'STG. GEHEIM//UNRESTRICTED',
      '(STG. GEHEIM//UNRESTRICTED)',
    ],
    [
      'NLD',
      'STG. GEHEIM',
      { releasability: [] },
      'STG. GEHEIM//REL TO nobody',
      '(STG. GEHEIM//REL TO nobody)',
    ],
  ] as const)('%s %s', (issuer, marking, rest, banner, portion) => {
    const label = labelOf(issuer, marking, today, rest)
    expect(renderBanner(label, vocabulary)).toBe(banner)
    expect(renderPortion(label, vocabulary)).toBe(portion)
  })

  test.each([
    ['NATO', 'NATO CONFIDENTIAL', 'fr', 'NATO CONFIDENTIEL//REL TO NATO'],
    ['NATO', 'NATO SECRET', 'fr', 'NATO SECRET//REL TO NATO'],
    ['FIN', 'SALAINEN', 'sv', 'HEMLIG//REL TO FIN'],
    ['CHE', 'GEHEIM', 'it', 'SEGRETO//REL TO CHE'],
    ['SRB', 'ДРЖАВНА ТАЈНА', 'sr-Latn', 'DRŽAVNA TAJNA//REL TO SRB'],
  ])('%s %s in %s', (issuer, marking, language, banner) => {
    expect(renderBanner(labelOf(issuer, marking, today), vocabulary, language)).toBe(banner)
  })

  test.each([
    ['a marking that is not in force', labelOf('FRA', 'SECRET DÉFENSE', today), 'unknown-marking'],
    [
      'a compartment that nobody knows',
      labelOf('USA', 'SECRET', today, { compartments: ['X'] }),
      'unknown-segment',
    ],
    [
      'a caveat of another issuer',
      labelOf('EST', 'SALAJANE', today, { caveats: ['NOFORN'] }),
      'unknown-segment',
    ],
  ])('%s is not written', (_, label, code) => {
    for (const render of [renderBanner, renderPortion])
      expect(() => render(label, vocabulary)).toThrow(expect.objectContaining({ code }) as Error)
  })
})
