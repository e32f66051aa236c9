/** Labels in XML: read whole or refused by the name of what has no counterpart, written so that they read back, never overwritten. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { suite } from '#suite'
import { utf8 } from '../../protocol/bytes.ts'
import { Rejected } from '../../protocol/errors.ts'
import { type Label, parseLabel, printLabel } from '../../protocol/label.ts'
import { printLabelFile, readLabelFile, withLabel } from '../../protocol/labels/label-file.ts'
import { confidentialityLabelFrom, labelFrom } from '../../protocol/labels/mapping.ts'
import { vocabularyFrom } from '../../protocol/labels/vocabulary.ts'
import { rulesFrom } from '../../protocol/policy/rules.ts'
import { counted, vectors } from '../support/vectors.ts'
import { day, shippedVocabulary } from './shipped-vocabulary.ts'

const folder = path.resolve(import.meta.dirname, '../vectors/labels')
const bytesOf = (file: string) => new Uint8Array(readFileSync(path.join(folder, file)))
const textOf = (file: string) => readFileSync(path.join(folder, file), 'utf8')
const vocabulary = shippedVocabulary()
const review = day('2031-01-01')
const at = day('2026-01-01')
const refused = (code: string, detail: unknown = expect.anything()) =>
  expect.objectContaining({ code, detail }) as Error

/** A policy for exercises, with parties that no country has. */
const exercise = vocabularyFrom(
  rulesFrom({
    parties: ['XAA', 'XBB'].map((id) => ({ id, accreditation: 3, compartments: [] })),
    groups: [],
    agreements: [],
    schemes: [
      {
        issuer: 'EXERCISE',
        caveats: [],
        markings: [
          {
            ...{ forms: ['SECRET'], low: 3, high: 3, abbreviations: [], classification: true },
            ...{ verified: true, verification: 'primary', source: ['TEST'] },
          },
        ],
      },
    ],
  }),
)

describe('vectors that are read', () => {
  test.each(
    counted('labels/own', [
      ['own/nato-secret.xml', vocabulary, 'NATO SECRET//COMP ATOMAL//REL TO EST, FIN'],
      ['own/usa-secret.xml', vocabulary, 'USA:SECRET//REL TO FVEY, USA//CAVEAT ORCON, PROPIN'],
      ['own/label-fra-only.xml', exercise, 'EXERCISE:SECRET//REL TO XAA, XBB'],
      ['own/bound.xml', vocabulary, 'NATO SECRET//REL TO EST'],
    ] as const),
  )('%s', (file, words, line) => {
    const { originator } = readLabelFile(bytesOf(file))
    const label = labelFrom(originator, words)
    expect(printLabel(label)).toBe(line)
    expect(label.at).toBe(at)
  })

  test('the whole of it is kept, and written again as it was', () => {
    const file = readLabelFile(bytesOf('own/nato-secret.xml'))
    expect(file.originator).toMatchObject({
      role: 'originator',
      created: '2026-01-01T02:00:00+02:00',
      review: '2031-01-01T00:00:00Z',
      originatorId: { idType: 'dNSName', value: 'registry.example' },
    })
    expect(printLabelFile(file)).toBe(textOf('own/nato-secret.xml'))
    expect(printLabelFile(readLabelFile(bytesOf('own/bound.xml')))).toBe(textOf('own/bound.xml'))
  })

  test('bound labels come with the digest of their data, and with what others hold to be the same', () => {
    const { alternatives, dataDigest } = readLabelFile(bytesOf('own/bound.xml'))
    expect(dataDigest).toEqual(suite.sha256(utf8('an envelope')))
    expect(alternatives.map((each) => printLabel(labelFrom(each, vocabulary)))).toEqual([
      'EST:SALAJANE//REL TO EST',
    ])
  })
})

describe.skipIf(vectors('labels/sparrow') === undefined)('vectors of others that are refused', () => {
  test.each(
    counted('labels/sparrow', [
      ['label1.xml', 'bad-xml', 'line 2: a name begins with no letter'],
      ['label2.xml', 'bad-xml', 'line 3: a name begins with no letter'],
      ['ACME.xml', 'bad-xml', 'line 23: a comment'],
    ]),
  )('%s', (file, code, detail) => {
    expect(() => readLabelFile(bytesOf(`sparrow/${file}`))).toThrow(refused(code, detail))
  })

  test('and with its namespace declared, a label still lacks its date', () => {
    const text = textOf('sparrow/label2.xml').replace('xmlns:4774', 'xmlns')
    expect(() => readLabelFile(utf8(text))).toThrow(
      refused('unmappable-label', 'originatorConfidentialityLabel: 0 CreationDateTime'),
    )
  })
})

const base = textOf('own/nato-secret.xml')
const read = (text: string) => labelFrom(readLabelFile(utf8(text)).originator, vocabulary)
const changed = (from: string | RegExp, to: string) => {
  const text = base.replace(from, to)
  expect(text).not.toBe(base)
  return text
}
const information = 'ConfidentialityInformation: something that is not provided for'

/** A change, the code of its refusal, and what that says where it is more than the place. */
const changes: readonly (readonly [string, string | RegExp, string, string, string?])[] = [
  ['a DTD', '<slab:orig', '<!DOCTYPE x [<!ENTITY a "b">]><slab:orig', 'bad-xml'],
  ['an entity beyond the five', 'ATOMAL', '&atomal;', 'bad-xml'],
  ['a comment in a value', 'ATOMAL', 'ATO<!-- -->MAL', 'bad-xml'],
  ['CDATA', 'ATOMAL', '<![CDATA[ATOMAL]]>', 'bad-xml'],
  ['a processing instruction', '<slab:orig', '<?xml-stylesheet href="x"?><slab:orig', 'bad-xml'],
  ['another encoding', 'UTF-8', 'ISO-8859-1', 'bad-xml'],
  ['text beside elements', '<slab:PolicyIdentifier', 'x<slab:PolicyIdentifier', 'bad-xml'],
  ['elements too deep', 'ATOMAL', `${'<a>'.repeat(20)}${'</a>'.repeat(20)}`, 'bad-xml'],
  ['elements too many', 'ATOMAL', '<a/>'.repeat(5000), 'bad-xml'],
  ['bytes too many', 'ATOMAL', 'A'.repeat(300_000), 'too-large'],
  [
    'another namespace',
    /confidentialitymetadatalabel:1:0/,
    'confidentialitymetadatalabel:2:0',
    'unmappable-label',
  ],
  [
    'the label of metadata',
    /originatorConf/g,
    'metadataConf',
    'unmappable-label',
    'label: metadataConfidentialityLabel',
  ],
  [
    'only an alternative',
    /originatorConf/g,
    'alternativeConf',
    'unmappable-label',
    'one label of the originator is needed, and no more',
  ],
  [
    'a privacy mark',
    '</slab:Classification>',
    '</slab:Classification><slab:PrivacyMark>X</slab:PrivacyMark>',
    'unmappable-label',
    'ConfidentialityInformation: PrivacyMark',
  ],
  [
    'an extension',
    '</slab:Classification>',
    '</slab:Classification><slab:Marking>X</slab:Marking>',
    'unmappable-label',
    information,
  ],
  [
    'a succession',
    '</slab:CreationDateTime>',
    '</slab:CreationDateTime><slab:SuccessionHandling/>',
    'unmappable-label',
    'originatorConfidentialityLabel: SuccessionHandling',
  ],
  [
    'a value that is a number',
    /slab:GenericValue>ATOMAL<\/slab:GenericValue/,
    'slab:IntegerValue>1</slab:IntegerValue',
    'unmappable-label',
    'Category: IntegerValue',
  ],
  [
    'a URI of the classification',
    '<slab:Classification>',
    '<slab:Classification URI="urn:oid:1">',
    'unmappable-label',
    'Classification: URI',
  ],
  [
    'another URI of the policy',
    '1.3.26.1.3.1',
    '1.3.26.1.3.2',
    'unmappable-label',
    'PolicyIdentifier: not the URI of NATO',
  ],
  ['another attribute', 'ReviewDateTime', 'reviewDateTime', 'unmappable-label'],
  [
    'no date',
    /<slab:CreationDateTime>.*<\/slab:CreationDateTime>/,
    '',
    'unmappable-label',
    'originatorConfidentialityLabel: 0 CreationDateTime',
  ],
  ['a date without its offset', '+02:00', '', 'unmappable-label'],
  ['a day that there is not', '2026-01-01T02', '2026-02-30T02', 'unmappable-label'],
  ['a review date that is none', '2031-01-01', '2031-13-01', 'unmappable-label'],
  ['an order that is another', /(<slab:PolicyId.*)\n(.*)\n/, '$2\n$1\n', 'unmappable-label', information],
  [
    'a policy in letters of others',
    'NATO</slab:PolicyIdentifier',
    'FıN</slab:PolicyIdentifier',
    'unknown-marking',
  ],
  [
    'a policy that nobody has',
    'NATO</slab:PolicyIdentifier',
    'ACME</slab:PolicyIdentifier',
    'unknown-marking',
  ],
  ['a classification that the policy has not', '>SECRET<', '>SALAJANE<', 'unknown-marking'],
  ['an empty classification', '>SECRET<', '><', 'unmappable-label'],
  ['a restrictive value that is not known', 'ATOMAL', 'ALPHA', 'unmappable-label'],
  ['a restrictive category that is not known', 'Additional Sensitivity', 'Sensitive', 'unmappable-label'],
  [
    'an empty restrictive category',
    /<slab:GenericValue>ATOMAL<\/slab:GenericValue>/,
    '',
    'unmappable-label',
    'Category: an empty RESTRICTIVE one',
  ],
  ['a category of another type', 'RESTRICTIVE', 'INFORMATIVE', 'unmappable-label'],
  [
    'a type in small letters',
    'RESTRICTIVE',
    'restrictive',
    'unmappable-label',
    'Category: something that is not provided for',
  ],
  [
    'a permissive category that is not known',
    'Releasable To',
    'Only',
    'unmappable-label',
    'Category: a PERMISSIVE one that is not provided for',
  ],
  ['one category twice', 'Context', 'Releasable To', 'unmappable-label', 'Category: a TagName twice'],
  ['a name that stands for nobody', '>EST<', '>XYZ<', 'unknown-release-name', 'Category Releasable To'],
]

test.each(changes.map(([name, ...change]) => ({ name, change })))('$name is refused', ({ change }) => {
  const [from, to, code, detail = expect.anything() as unknown] = change
  expect(() => read(changed(from, to))).toThrow(refused(code, detail))
})

describe('whom it is released to', () => {
  const value = (name: string) => `<slab:GenericValue>${name}</slab:GenericValue>`
  const permissive = (tag: string, ...names: readonly string[]) =>
    `<slab:Category Type="PERMISSIVE" TagName="${tag}">${names.map(value).join('')}</slab:Category>`
  const labelled = (...categories: readonly string[]) =>
    read(base.replace(/<slab:Category[\s\S]*<\/slab:Category>/, categories.join(''))).releasability

  test('no category: the issuer alone, and not everybody', () => {
    expect(labelled()).toEqual(['NATO'])
  })

  test('an empty category: nobody, and not everybody', () => {
    expect(labelled(permissive('Releasable To'))).toEqual([])
    expect(labelled(permissive('Context', 'NATO'), permissive('Releasable To'))).toEqual([])
  })

  test('two categories: who is in both, and where nobody is, nobody', () => {
    expect(labelled(permissive('Context', 'NATO'))).toEqual(['NATO'])
    expect(labelled(permissive('Context', 'NATO'), permissive('Releasable To', 'EST', 'AUS'))).toEqual([
      'EST',
    ])
    expect(labelled(permissive('Context', 'NATO'), permissive('Releasable To', 'AUS'))).toEqual([])
    expect(labelled(permissive('Context', 'NATO'), permissive('Releasable To', 'FVEY'))).toEqual([
      'CAN',
      'GBR',
      'USA',
    ])
  })

  test('members are those of the label’s own day', () => {
    const text = base.replace('2026-01-01T02', '2023-01-01T02')
    expect(read(text).releasability).toEqual(['EST'])
  })

  test('anybody, only in words', () => {
    const words = `<slab:Category Type="INFORMATIVE" TagName="Releasability">${value('UNRESTRICTED')}</slab:Category>`
    expect(labelled(words)).toBe('unrestricted')
    expect(() => labelled(words, permissive('Releasable To', 'EST'))).toThrow(refused('unmappable-label'))
  })
})

const exported = (line: string) => withLabel(parseLabel(line, at), undefined, vocabulary, review)

describe('what is written', () => {
  test.each([
    'NATO SECRET//REL TO NATO',
    'NATO SECRET//COMP ATOMAL, CRYPTO//REL TO EST, FIN',
    'NATO:COSMIC TOP SECRET//REL TO EST, NATO',
    'NATO SECRET//UNRESTRICTED',
    'USA:TOP SECRET//COMP SI, TK//REL TO USA//CAVEAT NOFORN, PROPIN',
    'USA:SECRET//REL TO AUS, FVEY//CAVEAT ORCON',
    'EU:TRÈS SECRET UE/EU TOP SECRET//REL TO EU',
    'JPN:機密//REL TO KOR',
    'AUS:OFFICIAL:Sensitive//REL TO AUS',
  ])('%s reads back', (line) => {
    const file = exported(line)
    const again = readLabelFile(utf8(printLabelFile(file)))
    expect(again).toEqual(file)
    expect(printLabel(labelFrom(again.originator, vocabulary))).toBe(line)
    expect(labelFrom(again.originator, vocabulary).at).toBe(at)
  })

  test.each([
    ['nobody, which readers take for anybody', 'NATO SECRET//REL TO nobody'],
    ['NATO and a party beyond', 'NATO SECRET//REL TO AUS, NATO'],
    ['a compartment that is not known', 'NATO SECRET//COMP X//REL TO NATO'],
    ['a caveat that is not known', 'EST:SALAJANE//REL TO EST//CAVEAT X'],
  ])('not %s', (_, line) => {
    expect(() => exported(line)).toThrow(refused('unmappable-label'))
  })

  test.each(['originator', 'reference'] as const)('not with its %s', (name) => {
    const label: Label = { ...parseLabel('NATO SECRET//REL TO NATO', at), [name]: 'EST' }
    expect(() => confidentialityLabelFrom(label, vocabulary, 'originator', review)).toThrow(
      refused('unmappable-label'),
    )
  })

  test('what XML has as its own is escaped', () => {
    const file = exported('NATO SECRET//REL TO NATO')
    const originator = { ...file.originator, originatorId: { idType: 'jID', value: `a<b>&"c"'` } }
    expect(readLabelFile(utf8(printLabelFile({ ...file, originator })))).toEqual({ ...file, originator })
  })
})

describe('beside what came with the data', () => {
  const earlier = readLabelFile(bytesOf('own/bound.xml'))
  const beside = (line: string) => withLabel(parseLabel(line, day('2026-03-01')), earlier, vocabulary, review)

  test('the originator’s label and the alternatives stay as they are', () => {
    const { originator, alternatives } = beside('FIN:SALAINEN//REL TO EST')
    expect(originator).toEqual(earlier.originator)
    expect(alternatives).toEqual([
      ...earlier.alternatives,
      expect.objectContaining({ policy: 'FIN', role: 'alternative' }),
    ])
  })

  test('one that says the same changes nothing', () => {
    expect(beside('NATO SECRET//REL TO EST')).toBe(earlier)
    expect(beside('EST:SALAJANE//REL TO EST')).toBe(earlier)
  })

  test.each([
    ['other than the originator', 'NATO CONFIDENTIAL//REL TO EST'],
    ['other than an alternative', 'EST:TÄIESTI SALAJANE//REL TO EST'],
    ['lower', 'FIN:LUOTTAMUKSELLINEN//REL TO EST'],
    ['lower, perhaps', 'GBR:UK CONFIDENTIAL//REL TO EST'],
    ['for more parties', 'FIN:SALAINEN//REL TO EST, FIN'],
    ['for everybody', 'FIN:SALAINEN//UNRESTRICTED'],
  ])('%s is refused', (_, line) => {
    expect(() => beside(line)).toThrow(refused(line.startsWith('GBR') ? 'unknown-marking' : 'label-conflict'))
  })

  test('an alternative cannot leave out a compartment', () => {
    const atomal = readLabelFile(bytesOf('own/nato-secret.xml'))
    const label = parseLabel('FIN:SALAINEN//REL TO EST', at)
    expect(() => withLabel(label, atomal, vocabulary, review)).toThrow(refused('label-conflict'))
  })

  test('several labels are written only with the data that they belong to', () => {
    const file = withLabel(
      parseLabel('FIN:SALAINEN//REL TO EST', at),
      exported('NATO SECRET//REL TO EST'),
      vocabulary,
      review,
    )
    expect(() => printLabelFile(file)).toThrow(refused('unmappable-label'))
    const bound = { ...file, dataDigest: suite.sha256(utf8('data')) }
    expect(readLabelFile(utf8(printLabelFile(bound)))).toEqual(bound)
  })
})

describe('a binding', () => {
  const bound = textOf('own/bound.xml')
  const reference = /<mb:DataReference.*\/>/.exec(bound)?.[0] ?? ''

  test.each<readonly [string, string | RegExp, string, string]>([
    [
      'a signature, which nobody here verifies',
      '<mb:MetadataBindingContainer>',
      '<mb:Signature/><mb:MetadataBindingContainer>',
      'unmappable-label',
    ],
    [
      'metadata elsewhere',
      '<mb:Metadata>',
      '<mb:MetadataReference URI="x"/><mb:Metadata>',
      'unmappable-label',
    ],
    ['no data', reference, '', 'unmappable-label'],
    ['data twice', reference, `${reference}${reference}`, 'unmappable-label'],
    ['data inside', reference, '<mb:Data/>', 'unmappable-label'],
    ['data by another name', 'ni:///sha-256;', 'https://example/', 'unmappable-label'],
    ['a digest by another name', 'sha-256;', 'sha-384;', 'unmappable-label'],
    ['a digest that is too short', 'HGE2', '', 'unmappable-label'],
    ['data of another type', 'pouch.envelope', 'pouch.report', 'unmappable-label'],
    [
      'two labels in one place',
      '</slab:originatorConfidentialityLabel>',
      '</slab:originatorConfidentialityLabel><x/>',
      'unmappable-label',
    ],
    ['two labels of one policy', 'PolicyIdentifier>EST<', 'PolicyIdentifier>NATO<', 'label-conflict'],
    ['two originators', /alternativeConf/g, 'originatorConf', 'unmappable-label'],
  ])('with %s is refused', (_, from, to, code) => {
    const text = bound.replace(from, to)
    expect(text).not.toBe(bound)
    expect(() => readLabelFile(utf8(text))).toThrow(refused(code))
  })
})

test('whatever the bytes, they are labels or refused', () => {
  const pieces = base.split(/(?<=>)|(?=<)/)
  const texts = fc.oneof(
    fc
      .array(fc.constantFrom(...pieces, '<', '&', '"', '\u0000', '&#0;', '<!--', ']]>'), { maxLength: 30 })
      .map((parts) => parts.join('')),
    fc
      .tuple(
        fc.nat(base.length),
        fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      )
      .map(([i, put]) => base.slice(0, i) + put + base.slice(i + 1)),
  )
  const holds = (text: string) => {
    try {
      expect(labelFrom(readLabelFile(utf8(text)).originator, vocabulary).policy).toBe('NATO')
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
    }
  }
  fc.assert(fc.property(texts, holds), { numRuns: 500 })
})
