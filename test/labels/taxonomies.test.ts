/** The words of published taxonomies: each is read as what the taxonomy says, or is known to be no part of a label. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readBanner, readPortion } from '../../protocol/labels/banner.ts'
import { counted, readJson, vectors } from '../support/vectors.ts'
import { day, shippedVocabulary } from './shipped-vocabulary.ts'

interface Entry {
  readonly value: string
  readonly expanded: string
}

interface Taxonomy {
  readonly predicates: readonly Entry[]
  readonly values?: readonly { readonly predicate: string; readonly entry: readonly Entry[] }[]
}

const folder = vectors('labels/misp')
const vocabulary = shippedVocabulary()
const at = day('2026-06-01')

function entriesOf(file: string, ...predicates: readonly string[]): readonly Entry[] {
  if (folder === undefined) return []
  const { values, predicates: own } = readJson(path.join(folder, `${file}.json`)) as Taxonomy
  const chosen = (values ?? []).filter(({ predicate }) => predicates.includes(predicate))
  return counted(
    `misp/${file} ${predicates.join(' ')}`,
    predicates.length === 0 ? own : chosen.flatMap(({ entry }) => entry),
  )
}

const read = (line: string, issuer: string) => readBanner(line, vocabulary, at, issuer)
/** In whichever of its spellings. */
function same(a: string, b: string, issuer: string): void {
  const [first, second] = [read(a, issuer), read(b, issuer)]
  expect(first.marking).toBe(second.marking)
  expect({ ...first.label, marking: '' }).toEqual({ ...second.label, marking: '' })
}

describe.skipIf(folder === undefined)('markings', () => {
  test.each([
    ['nato', 'NATO', ['classification']],
    ['euci', 'EU', []],
    ['fr-classif', 'FRA', ['classifiees', 'non-classifiees']],
  ] as const)('%s: code and words mean the same of %s', (file, issuer, predicates) => {
    for (const { value, expanded } of entriesOf(file, ...predicates)) {
      same(value.replace('_', ' ').replace('NON-PROTEGE', 'NON PROTÉGÉ'), expanded, issuer)
    }
  })

  test('de-vs', () => {
    for (const { value, expanded } of entriesOf('de-vs', 'Einstufung')) same(value, expanded, 'DEU')
  })

  test('dni-ism and acs-marking: the portion letters of the United States', () => {
    for (const { value, expanded } of entriesOf('dni-ism', 'classification:us')) {
      expect(readPortion(`(${value})`, vocabulary, at, 'USA').label.marking).toBe(expanded)
    }
    for (const { value } of entriesOf('acs-marking', 'classification')) {
      expect(readPortion(`(${value})`, vocabulary, at, 'USA').label.policy).toBe('USA')
    }
  })

  test('dni-ism has RESTRICTED for foreign information: the United States have it not', () => {
    const all = entriesOf('dni-ism', 'classification:all').map(({ value }) => value)
    expect(all).toContain('R')
    expect(() => read('R', 'USA')).toThrow(expect.objectContaining({ code: 'unknown-marking' }) as Error)
  })
})

describe.skipIf(folder === undefined)('what stands beside them', () => {
  test('dni-ism: compartments', () => {
    for (const { value, expanded } of entriesOf('dni-ism', 'scicontrols')) {
      expect(read(`SECRET//${value}`, 'USA').label.compartments).toEqual([value])
      same(`SECRET//${expanded}`, `SECRET//${value}`, 'USA')
    }
    for (const { value } of entriesOf('dni-ism', 'nonuscontrols')) {
      expect(read(`NATO SECRET//${value}`, 'NATO').label.compartments).toEqual([value])
    }
  })

  test('dni-ism: atomic energy, dissemination, and what is not of the intelligence community', () => {
    const noPart = ['REL', 'DISPLAYONLY']
    const entries = entriesOf('dni-ism', 'atomicenergymarkings', 'dissem', 'nonic')
    for (const { value, expanded } of entries) {
      if (noPart.includes(value)) {
        expect(() => read(`SECRET//${value}`, 'USA')).toThrow(
          expect.objectContaining({ code: 'unknown-segment' }) as Error,
        )
      } else if (value.endsWith('-NF')) {
        expect(read(`SECRET//${value}`, 'USA').label.caveats).toContain('NOFORN')
      } else {
        const { compartments, caveats } = read(`SECRET//${value}`, 'USA').label
        expect(compartments.length + caveats.length).toBe(1)
        same(`SECRET//${expanded}`, `SECRET//${value}`, 'USA')
      }
    }
  })

  test('acs-marking: of its determinations, those that are markings; the rest says who may do what with a record', () => {
    const readable = entriesOf('acs-marking', 'formal_determination', 'caveat', 'sensitivity').filter(
      ({ value }) => {
        try {
          return read(`SECRET//${value}`, 'USA').label.caveats.length === 1
        } catch {
          return false
        }
      },
    )
    expect(readable.map(({ value }) => value)).toEqual(['FOUO', 'NF', 'FISA', 'LES', 'PR'])
  })
})
