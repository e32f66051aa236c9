/** Tables of expected decisions: what they may say, how a fault in one is told, and what comes of each case. */
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../protocol/bytes.ts'
import { rulesOf } from '../../src/policy/registry-rules.ts'
import { readTable, TableFault } from '../../src/policy/table/table-file.ts'
import { tableForm } from '../../src/policy/table/table-form.ts'
import { runTable } from '../../src/policy/table/table-run.ts'
import { agreement, now, union, unionWith } from './union.ts'

const read = (text: string) => readTable(tableForm, utf8(text), 'table.yaml')
const good = `cases:
  - name: a visit
    from: EST
    to: NLD
    label: EST:SALAJANE//REL TO NLD
    purpose: visit
    expect: allow
`

function faultOf(text: string): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof TableFault) return error.message
    throw error
  }
  return 'none'
}

describe('faults are told with their lines', () => {
  test.each([
    ['an unknown key', `${good}    purpos: visit\n`, 'table.yaml:8: cases[0].purpos: unknown key'],
    ['an unknown key of the table', `case: []\n${good}`, 'table.yaml:1: case: unknown key'],
    ['a decision that is none', good.replace('allow', 'permit'), /^table\.yaml:7: cases\[0\]\.expect: /],
    [
      'a party that is none',
      good.replace('EST\n', 'Estonia\n'),
      'table.yaml:3: cases[0].from: should be the id of a party',
    ],
    [
      'a label that is none',
      good.replace('//REL TO NLD', ''),
      'table.yaml:5: cases[0].label: should be a label, as EST:SALAJANE//REL TO NLD',
    ],
    [
      'something that is not there',
      good.replace('    purpose: visit\n', ''),
      /^table\.yaml:2: cases\[0\]\.purpose: /,
    ],
    [
      'a ground that is none',
      `${good.replace('allow', 'deny')}    grounds: [above-celing]\n`,
      /^table\.yaml:8: cases\[0\]\.grounds\[0\]: /,
    ],
    [
      'grounds of what is allowed',
      `${good}    grounds: [above-ceiling]\n`,
      'table.yaml:8: cases[0].grounds: what is allowed has no grounds',
    ],
    ['a day that is none', `at: tomorrow\n${good}`, /^table\.yaml:1: at: should be a date/],
    ['a key twice', `${good}    to: FIN\n`, /^table\.yaml:8: Map keys must be unique/],
    ['an alias', `at: &a 2027-01-01\n${good}    marked: *a\n`, 'table.yaml: aliases are not taken'],
    ['no case', 'cases: []\n', /^table\.yaml:1: cases: /],
    ['no table', 'Dear Sir', /^table\.yaml:1: the table: /],
    ['nothing', '', /^table\.yaml:1: the table: /],
    ['a tag', `${good}    name: !!js/function x\n`, /^table\.yaml:8: /],
  ])('%s', (_, text, fault) => {
    expect(faultOf(text)).toEqual(typeof fault === 'string' ? fault : expect.stringMatching(fault))
  })

  test('all of them, in the order of the lines', () => {
    const faults = faultOf(`${good.replace('allow', 'permit')}    purpos: visit\nextra: 1\n`).split('\n')
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'table.yaml:7:',
      'table.yaml:8:',
      'table.yaml:9:',
    ])
  })

  test('what is not text, and what is too long', () => {
    expect(() => readTable(tableForm, new Uint8Array([0xff, 0xfe]), 't')).toThrow('t: it is not UTF-8')
    expect(() => readTable(tableForm, new Uint8Array(2 << 20), 't')).toThrow('t: larger than')
  })
})

test('Norway is no falsehood, and a date is text until it is a time', () => {
  const table = read(
    good.replace('NLD\n', '[NO, NLD]\n').replace('cases:', 'at: 2027-01-01T12:00:00+02:00\ncases:'),
  )
  expect(table.value.cases[0]?.to).toEqual(['NO', 'NLD'])
  expect(table.value.at).toBe(Date.UTC(2027, 0, 1, 10) / 1000)
  expect(table.lineOf(['cases', 0])).toBe(3)
})

describe('cases', () => {
  const run = (text: string, document = union) => runTable(read(text).value, rulesOf(document), now)
  const outcome = (text: string, document = union) => {
    const [result] = run(text, document)
    return result && [result.passed, result.expected, result.found]
  }
  const denied = good.replace('SALAJANE', 'TÄIESTI SALAJANE').replace('allow', 'deny')

  test.each([
    ['allowed, as expected', good, [true, 'allow', 'allow']],
    ['allowed, and not expected', good.replace('allow', 'deny'), [false, 'deny', 'allow']],
    ['denied, on whatever grounds', denied, [true, 'deny', 'deny']],
    [
      'on these grounds',
      `${denied}    grounds: [above-accreditation]\n`,
      [true, 'deny on above-accreditation', 'deny on above-accreditation'],
    ],
    [
      'on others',
      `${denied}    grounds: [above-ceiling]\n`,
      [false, 'deny on above-ceiling', 'deny on above-accreditation'],
    ],
    [
      'on more',
      `${denied.replace('REL TO NLD', 'REL TO FIN')}    grounds: [above-accreditation]\n`,
      [false, 'deny on above-accreditation', 'deny on above-accreditation, not-releasable'],
    ],
    [
      'with the receiver’s marking',
      `${good}    protectAs: STG. GEHEIM\n`,
      [true, 'allow, protected as STG. GEHEIM', 'allow, protected as STG. GEHEIM'],
    ],
    [
      'with another marking',
      `${good}    protectAs: STG. CONFIDENTIEEL\n`,
      [false, 'allow, protected as STG. CONFIDENTIEEL', 'allow, protected as STG. GEHEIM'],
    ],
    [
      'at another time',
      `at: 2027-06-01\n${good.replace('allow', 'deny')}    agreement: NATO-INFO\n    grounds: [party-not-covered]\n`,
      [true, 'deny on party-not-covered', 'deny on party-not-covered'],
    ],
  ])('%s', (_, text, expected) => expect(outcome(text)).toEqual(expected))

  test('everything that an agreement may ask for can be stated', () => {
    const asking = good.replace('NLD\n', 'CHE\n').replace('NLD', 'CHE')
    const stated = `${asking}    needToKnow: visit-7
    legalBasis: treaty
    reader: {clearance: 3, nationalities: [CHE]}
    retainUntil: 2026-12-24
    counted: [8]
`
    expect(outcome(stated)).toEqual([true, 'allow', 'allow'])
    expect(outcome(stated.replace('[8]', '[9]'))).toEqual([false, 'allow', 'deny'])
    expect(outcome(asking)).toEqual([false, 'allow', 'deny'])
  })

  test('where there are several agreements the case has to name one', () => {
    const two = unionWith(agreement('EST-NLD', ['EST'], ['NLD']))
    expect(outcome(good, two)).toEqual([
      false,
      'allow',
      'several agreements, of which the case must name one: EST-NLD, NATO-INFO',
    ])
    expect(outcome(`${good}    agreement: EST-NLD\n`, two)).toEqual([true, 'allow', 'allow'])
  })

  test('where there is none, that is the ground', () => {
    const none = good
      .replace('EST\n', 'NLD\n')
      .replace('to: NLD', 'to: CHE')
      .replace('EST:SALAJANE//REL TO NLD', 'NATO SECRET//UNRESTRICTED')
    expect(
      outcome(`${none.replace('allow', 'deny')}    grounds: [no-agreement]\n`, { ...union, agreements: [] }),
    ).toEqual([true, 'deny on no-agreement', 'deny on no-agreement'])
  })
})
