/** Banner lines and portion marks as people write them: each is one label, or refused with its code, and never read in part. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { printLabel } from '../../protocol/label.ts'
import { readBanner, readPortion } from '../../protocol/labels/banner.ts'
import { counted, readJson } from '../support/vectors.ts'
import { shippedVocabulary, day } from './shipped-vocabulary.ts'

interface Line {
  readonly line: string
  readonly issuer?: string
  readonly at: string
  readonly label?: string
  readonly code?: string
}

const file = path.resolve(import.meta.dirname, '../vectors/labels/lines.json')
const { lines } = readJson(file) as { readonly lines: readonly Line[] }
const rows = counted('labels/lines', lines)
const vocabulary = shippedVocabulary()

function read({ line, issuer, at }: Line) {
  const isPortion = /^\(.*\)$/.test(line)
  return (isPortion ? readPortion : readBanner)(line, vocabulary, day(at), issuer)
}

describe('lines that are read', () => {
  const good = rows.filter(({ label }) => label !== undefined)

  test('there are many', () => {
    expect(good.length).toBeGreaterThan(80)
  })

  test.each(good)('$line of $issuer on $at is $label', (row) => {
    const { label, marking } = read(row)
    expect(printLabel(label)).toBe(row.label)
    expect(label.at).toBe(day(row.at))
    expect(marking.forms).toContain(label.marking)
  })
})

describe('lines that are refused', () => {
  test.each(rows.filter(({ code }) => code !== undefined))('$line of $issuer on $at: $code', (row) => {
    expect(() => read(row)).toThrow(expect.objectContaining({ code: row.code }) as Error)
  })
})

describe('what a refusal says', () => {
  const detailOf = (line: string, issuer?: string, at = '2026-06-01') => {
    try {
      read({ line, at, ...(issuer !== undefined && { issuer }) })
    } catch (error) {
      return (error as { detail?: string }).detail
    }
    throw new Error('it was read')
  }

  test.each([
    ['SECRETO', undefined, 'it may be of BRA, ESP, PRT'],
    ['機密', undefined, 'it may be of JPN, TWN'],
    ['SEСRET', 'USA', 'character 3 should be U+0043'],
    ['CEKPETHO', 'BGR', 'character 1 should be U+0421'],
    ['SECRET // NОFORN', 'USA', 'character 12 should be U+004F'],
    ['CONFIDENTIEL DÉFENSE', undefined, 'of FRA: in force until 2021-07-01'],
    ['SECRET//SI/ALPHA', 'USA', 'character 12: USA has nothing that is written so'],
    ['SECRET//REL TO USA, XYZ', 'USA', 'character 21: no party or group is written so'],
    ['SEC\u200bRET', 'USA', 'character 4 is one that does not show'],
  ])('%s of %s: %s', (line, issuer, detail) => {
    expect(detailOf(line, issuer)).toBe(detail)
  })
})

test('whether the line says whom it is released to is told', () => {
  const stated = (line: string, issuer?: string) =>
    read({ line, at: '2026-06-01', ...(issuer !== undefined && { issuer }) }).isReleaseStated
  expect(stated('NATO SECRET//REL TO NATO')).toBe(true)
  expect(stated('NATO SECRET')).toBe(false)
  expect(stated('SECRET//NOFORN', 'USA')).toBe(false)
})
