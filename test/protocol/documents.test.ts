/**
 * Answers for the documents saying what the code does: the list of codes, the numbers and limits, the quoted CDDL, and the
 * bytes of every worked example, which are those of a frozen vector.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { acknowledgementChecks } from '../../protocol/acknowledgement.ts'
import { disclosureSlots } from '../../protocol/attestation/format.ts'
import { attestationChecks } from '../../protocol/attestation/verify.ts'
import { toHex } from '../../protocol/bytes.ts'
import { decode } from '../../protocol/cbor.ts'
import { clockSkewSeconds } from '../../protocol/clock-skew.ts'
import { maxEnvelopeBytes, maxValiditySeconds } from '../../protocol/envelope/format.ts'
import { envelopeChecks } from '../../protocol/envelope/verify.ts'
import { refusals } from '../../protocol/errors.ts'
import { evidenceChecks } from '../../protocol/evidence.ts'
import { coseKey } from '../../protocol/key.ts'
import { consistencyChecks } from '../../protocol/ledger/consistency-receipt.ts'
import { disclosureChecks } from '../../protocol/ledger/disclosed-entries.ts'
import { receiptChecks } from '../../protocol/ledger/receipt.ts'
import { events } from '../../protocol/ledger/record.ts'
import * as numbers from '../../protocol/numbers.ts'
import { states } from '../../protocol/policy/agreement.ts'
import { groundCodes } from '../../protocol/policy/ground.ts'
import { profile } from '../../protocol/scan.ts'
import { hex } from '../support/bytes.ts'
import { parseCddl, type Type } from '../support/cddl.ts'
import { matches, ruleOf } from '../support/cddl-match.ts'
import { documentAt, documents, root, shownBytes, shows, tableUnder } from '../support/documents.ts'
import { workedEnvelope } from '../support/worked-envelope.ts'

const readme = documentAt('protocol/README.md')
const cddl = parseCddl(readFileSync(path.join(root, 'protocol/pouch.cddl'), 'utf8'))

describe('README.md', () => {
  test('lists every code with its status and title, and no other', () => {
    const listed = tableUnder(readme, '| code | status | what it means |')
    const wanted = Object.entries(refusals).map(([code, { status, title }]) => [code, String(status), title])
    expect(listed).toEqual(wanted)
  })

  test('has the numbers of the code, all of them', () => {
    const listed = tableUnder(readme, '| table | name | number | what it is | defined by |')
    const { tags, headers, algorithms, keyParameters, keyTypes, curves, claims } = numbers
    const tables = { tags, headers, algorithms, keyParameters, keyTypes, curves, claims }
    const wanted = Object.entries(tables).flatMap(([table, entries]) =>
      Object.entries(entries).map(([name, number]) => [table, name, String(number)]),
    )
    expect(listed.map(([table, name, number = '']) => [table, name, number.replace('−', '-')])).toEqual(
      wanted,
    )
    const privately = listed
      .filter((cells) => cells[4] === 'private')
      .map((cells) => Number(cells[2]?.replace('−', '-')))
    expect(privately.every((number) => number < -65_536)).toBe(true)
    expect(listed.filter((cells) => Number(cells[2]?.replace('−', '-')) < -65_536)).toHaveLength(
      privately.length,
    )
  })

  test('has the media types of the code', () => {
    const listed = tableUnder(readme, '| object | `typ` (header 16), and the type of a file or body |')
    expect(Object.fromEntries(listed)).toEqual(numbers.mediaTypes)
  })

  test('has the limits of the code', () => {
    const listed = new Map(
      tableUnder(readme, '| what | limit |').map(([what, limit = '']) => [
        what,
        Number(limit.replaceAll(/[^0-9]/g, '')),
      ]),
    )
    expect(listed.get('one object of CBOR')).toBe(profile.bytes)
    expect(listed.get('data items in it')).toBe(profile.items)
    expect(listed.get('depth')).toBe(profile.depth)
    expect(listed.get('an envelope')).toBe(maxEnvelopeBytes)
    expect(listed.get('life of an envelope')).toBe(maxValiditySeconds)
    expect(listed.get('hashes of disclosures in an attestation')).toBe(disclosureSlots)
    expect(listed.get('difference of clocks')).toBe(clockSkewSeconds)
    expect(readme.text).toContain(
      `a tag other than ${profile.tags.slice(0, -1).join(', ')} and ${profile.tags.at(-1)}`,
    )
  })

  test('leads to every document, and each to what is there', () => {
    for (const { file, text } of documents) {
      for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)\)/g))
        expect(existsSync(path.join(root, path.dirname(file), link)), `${file}: ${link}`).toBe(true)
      for (const [named] of text.matchAll(/test\/vectors\/[\w./-]*\w/g))
        expect(existsSync(path.join(root, named)), `${file}: ${named}`).toBe(true)
    }
    const linked = Array.from(readme.text.matchAll(/\]\(([^)]+\.md)\)/g), ([, link]) => `protocol/${link}`)
    const missing = documents
      .map(({ file }) => file)
      .filter((file) => file !== readme.file && !linked.includes(file))
    expect(missing).toEqual([])
  })
})

/** Words in code marks that have the form of a code and are something else that the code defines. */
const otherWords: readonly string[] = [...groundCodes, ...events, ...states]

test('a code that a document names is on the list', () => {
  const named = documents.flatMap(({ file, text }) =>
    Array.from(
      text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([a-z]+(?:-[a-z]+)+)`/g),
      ([, word = '']) => ({ file, word }),
    ),
  )
  expect(named.length).toBeGreaterThan(200)
  const known = [...Object.keys(refusals), ...otherWords, ...literals()]
  expect(named.filter(({ word }) => !known.includes(word))).toEqual([])
})

/** Every text that the CDDL has as a literal. */
function literals(): readonly string[] {
  return Array.from(
    readFileSync(path.join(root, 'protocol/pouch.cddl'), 'utf8').matchAll(/"([a-z-]+)"/g),
    ([, word = '']) => word,
  )
}

test.each([
  ['envelope', envelopeChecks],
  ['attestation', attestationChecks],
  ['acknowledgement', acknowledgementChecks],
  ['evidence', evidenceChecks],
  ['ledger/receipt', receiptChecks],
  ['ledger/consistency', consistencyChecks],
  ['ledger/disclosure', disclosureChecks],
])('%s.md has the checks of the code, in their order', (object, checks) => {
  const [, section = ''] = documentAt(`protocol/${object}.md`).text.split(/^## What a verifier checks$/m)
  const named = Array.from(section.matchAll(/^\d+\. \*([a-z-]+)\*/gm), ([, name]) => name)
  expect(named).toEqual(checks)
})

describe('quoted CDDL', () => {
  const quoted = documents.flatMap(({ file, blocks }) =>
    blocks
      .filter(({ language }) => language === 'cddl')
      .flatMap(({ text }) => [...parseCddl(text)].map(([name, type]) => ({ file, name, type }))),
  )

  test.each(quoted)('$name in $file is that of pouch.cddl', ({ file, name, type }) => {
    const wanted = ruleOf(cddl, name)
    if (inOwnWords.some((each) => file.startsWith(each))) expect(outline(type)).toEqual(outline(wanted))
    else expect(type).toEqual(wanted)
  })

  test('there is some', () => {
    expect(quoted.length).toBeGreaterThan(50)
  })
})

/** Documents that name the members of arrays, or tell limits in words: their labels are compared, and what may be missing. */
const inOwnWords = ['protocol/label.md', 'protocol/policy/', 'protocol/ledger/']

function outline(type: Type): unknown {
  if (type.is === 'tag') return [type.tag, outline(type.of)]
  if (type.is === 'map') return type.members.map(({ key, min }) => [key, min])
  return type.is === 'array' ? type.members.length : type.is
}

describe('worked examples', () => {
  const shown = documents.flatMap(({ file, blocks }) =>
    blocks.flatMap((block) => {
      const runs = shownBytes(block)
      return runs === undefined ? [] : [{ file, runs }]
    }),
  )
  const worked = workedEnvelope()
  const frozen = [
    toHex(worked.plaintext),
    ...globSync('test/vectors/*.json', { cwd: root }).flatMap(
      (file) => readFileSync(path.join(root, file), 'utf8').match(/(?<=")[0-9a-f]{40,}(?=")/g) ?? [],
    ),
  ]

  test.each(shown)('bytes in $file are those of a frozen vector', ({ file, runs }) => {
    if (file === 'protocol/key.md') return
    expect(frozen.some((bytes) => shows(runs, bytes))).toBe(true)
  })

  test('there is one in every document of an object', () => {
    const having = new Set(shown.map(({ file }) => file))
    const objects = [
      'key',
      'label',
      'attestation',
      'envelope',
      'acknowledgement',
      'registry',
      'ledger/receipt',
      'ledger/consistency',
      'ledger/disclosure',
    ]
    expect(objects.filter((object) => !having.has(`protocol/${object}.md`))).toEqual([])
  })

  test('the steps of README.md and envelope.md open the envelope, with the values that are given', () => {
    const { text } = documentAt('protocol/envelope.md')
    for (const [name, value] of worked.values) expect(text).toContain(`${name.padEnd(24)}${value}\n`)
  })

  test('the key of key.md has the id that is given', () => {
    const { text, blocks } = documentAt('protocol/key.md')
    const [bytes = ''] = blocks.flatMap((block) => shownBytes(block) ?? [])
    const value = decode(hex(bytes))
    expect(matches(cddl, ruleOf(cddl, 'Ed25519Key'), value)).toBe(true)
    expect(text).toContain(coseKey.read(value, 'key').id)
  })
})
